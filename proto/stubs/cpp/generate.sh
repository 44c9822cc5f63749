#!/usr/bin/env bash
# Nothing of this package is written from the contract: CMake generates the code when it builds, and
# takes the version from ../VERSION. With and without --check this says that nothing is out of date.
exit 0
