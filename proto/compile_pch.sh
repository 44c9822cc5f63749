#!/bin/sh
# Compiler launcher of the precompiled headers: compile_pch.sh CCACHE COMPILER ARGUMENT...
#
# A header that is compiled again lies next to its old compiled form. The preprocessor, which ccache
# asks, takes that form for the header, so ccache would see no difference and answer with an older
# one. Without the old form it reads the headers themselves.
previous=
for argument in "$@"; do
  [ "$previous" = -o ] && rm -f "$argument"
  previous=$argument
done
exec "$@"
