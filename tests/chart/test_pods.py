"""Pods of the chart start, serve, drain, are backed up and restored, in namespaces of their own."""

import unittest

import pod_sandbox


class Pods(unittest.TestCase):

    def test_pods_start_serve_and_drain(self):
        code, output = pod_sandbox.namespaced("pods_in_namespaces.py")
        self.assertEqual(code, 0, output)

    def test_backup_brings_a_lost_pod_back(self):
        code, output = pod_sandbox.namespaced("backup_in_namespaces.py")
        self.assertEqual(code, 0, output)


if __name__ == "__main__":
    unittest.main()
