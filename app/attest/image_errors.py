"""What can be wrong with a program file, each with its own stable code."""

from app.domain.errors import DomainError


class ImageError(DomainError):
    """The file is no usable program image."""

    code = "bad_image"


class EmptyImageError(ImageError):
    """There is not one byte of program in the file."""

    code = "image_empty"


class TooLargeError(ImageError):
    """The file, or the memory it describes, is larger than any scale's."""

    code = "image_too_large"


class BadRecordError(ImageError):
    """A line or header is not what its format asks for."""

    code = "image_bad_record"


class WrongChecksumError(ImageError):
    """A record's own checksum says that it was damaged."""

    code = "image_wrong_checksum"


class OverlapError(ImageError):
    """Two records claim the same address."""

    code = "image_overlap"


class TruncatedError(ImageError):
    """The file stops before its end."""

    code = "image_truncated"


class DoesNotFitError(ImageError):
    """The image lies outside the part of the model it is meant for."""

    code = "image_does_not_fit"
