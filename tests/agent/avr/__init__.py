"""An AVR on libsimavr behind a pseudo-terminal, and what is built to run on it."""
