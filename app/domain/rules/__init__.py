"""The rules of verification: rule sets as data, and the arithmetic of a verdict on them.

A rule set is one JSON document; each number in it names its source and says whether that is
confirmed. Nothing here opens a database, reads a clock or touches a float; mass in whole mg.
"""
