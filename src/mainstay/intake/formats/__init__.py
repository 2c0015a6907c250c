"""The formats of files, one module each. All give `Contents`: the tables of a file with their rows as texts.

Which one a file is in is told by its content, never by its name: people rename files.
"""
