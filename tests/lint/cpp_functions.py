"""Finds the functions of C++ text and their length, by its braces.

Not a parser: it strips comments and literals, follows the braces, and takes a block for a function
when it stands at namespace or class level and the text before it looks like a function's head. That
is enough for code that clang-format has laid out.
"""

import re

TOKEN = re.compile(
    r'//[^\n]*'
    r'|/\*.*?\*/'
    r'|R"(?P<mark>[^()\\ \n]{0,16})\(.*?\)(?P=mark)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'"
    r'|^[ \t]*#(?:[^\n]*\\\n)*[^\n]*',
    re.DOTALL | re.MULTILINE)

ACCESS_LABEL = re.compile(r"^\s*(public|private|protected)\s*:")
# What may stand before a declaration: access labels, attributes, a template's parameters.
PREFIX = re.compile(
    r"\s*((public|private|protected)\s*:|\[\[[^\]]*\]\]|template\s*<[^{};()]*>|inline\b)\s*")
CONTAINER = re.compile(r"\s*(namespace|class|struct|union|enum|extern)\b(?!.*(\)|\bconst)\s*$)",
                       re.DOTALL)
HEAD_END = re.compile(
    r"(\)|\b(const|noexcept|override|final|try|mutable)|&|->\s*[\w:<>,\s*&]+|\b[A-Z_]+\([^()]*\)"
    r"|[\w>]\s*\{[^{}]*\})\s*$")


def strip(text):
    """`text` with comments, literals and preprocessor lines blanked; line breaks are kept."""
    return TOKEN.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def is_container(head):
    """Whether the text before a `{` opens a namespace, a class or an enumeration."""
    while PREFIX.match(head):
        head = head[PREFIX.match(head).end():]
    return bool(CONTAINER.match(head))


def is_function_head(head):
    """Whether the text between the last block or statement and a `{` declares a function."""
    return "(" in head and not head.rstrip().endswith("=") and bool(HEAD_END.search(head))


def functions(text):
    """[(first line, number of lines)] of each function body with its head, lines from 1."""
    code = strip(text)
    found, stack, start = [], [], 0
    for position, character in enumerate(code):
        if character == "{":
            head = code[start:position]
            level_is_container = all(kind == "container" for kind, _ in stack)
            if level_is_container and is_container(head):
                kind = "container"
            elif level_is_container and is_initializer(head, code, position):
                kind = "initializer"
            elif level_is_container and is_function_head(head):
                kind = "function"
            else:
                kind = "block"
            stack.append((kind, position - len(ACCESS_LABEL.sub("", head).lstrip())))
            if kind != "initializer":
                start = position + 1
        elif character == "}":
            if not stack:
                return found
            kind, begin = stack.pop()
            if kind == "function":
                first = code.count("\n", 0, begin) + 1
                found.append((first, code.count("\n", 0, position) + 2 - first))
            if kind != "initializer":
                start = position + 1
        elif character == ";" and not (stack and stack[-1][0] == "initializer"):
            start = position + 1
    return found


def is_initializer(head, code, position):
    """Whether the `{` at `position` begins a member initializer `name{...}` of a constructor.

    Such a block is followed by a comma or by the constructor's own `{`.
    """
    if not re.search(r"\)\s*(noexcept\s*)?:\s*[^:].*[\w>]$", head, re.DOTALL):
        return False
    depth = 0
    for index in range(position, len(code)):
        depth += {"{": 1, "}": -1}.get(code[index], 0)
        if depth == 0:
            return code[index + 1:].lstrip()[:1] in (",", "{")
    return False
