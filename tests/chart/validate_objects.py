"""Validates the objects of a JSON list on standard input against the schemas of Kubernetes.

    validate_objects.py VERSION    runs in the environment that setup.sh makes; strict: a field that
                                   Kubernetes does not know is an error. One line for each error.
"""

import json
import sys

import kubernetes_validate

for item in json.load(sys.stdin):
    try:
        kubernetes_validate.validate(item, sys.argv[1], strict=True)
    except (kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError) as error:
        print(f"{item['kind']}/{item['metadata']['name']}: {str(error).splitlines()[0]}")
