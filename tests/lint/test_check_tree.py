"""The checks of the house: each rule finds its breach and lets good text pass."""

import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import check_tree  # noqa: E402
import cpp_functions  # noqa: E402


class Rules(unittest.TestCase):

    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.root = pathlib.Path(self.directory.name)

    def findings(self, rule, files):
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            if text.startswith("#!"):
                path.chmod(0o755)
        return [str(finding) for finding in rule(check_tree.Tree(self.root, files))]

    def test_top_level_takes_only_the_rooms_and_dot_files(self):
        good = {name: "" for name in check_tree.TOP_LEVEL - set(check_tree.ROOMS)}
        good.update({f"{room}/README.md": "" for room in check_tree.ROOMS})
        self.assertEqual(self.findings(check_tree.top_level, {**good, ".gitignore": ""}), [])
        self.assertEqual(self.findings(check_tree.top_level, {**good, "docs/a.md": ""}),
                         ["docs: does not belong at the top level"])
        del good["LICENSE"]
        self.assertEqual(self.findings(check_tree.top_level, good),
                         ["LICENSE: is missing from the top level"])

    def test_folder_with_sources_needs_a_readme_of_a_screen(self):
        self.assertEqual(self.findings(check_tree.readmes, {"libs/a/a.cc": ""}),
                         ["libs/a: has no README.md"])
        self.assertEqual(self.findings(check_tree.readmes, {"libs/a/a.cc": "",
                                                            "libs/a/README.md": "x\n" * 60}), [])
        self.assertEqual(self.findings(check_tree.readmes, {"libs/a/README.md": "x\n" * 61}),
                         ["libs/a/README.md: 61 lines, want at most 60"])

    def test_folder_with_data_alone_needs_no_readme(self):
        self.assertEqual(self.findings(check_tree.readmes, {"tests/acceptance/cases/a.kpi": ""}),
                         [])

    def test_long_source_is_found(self):
        self.assertEqual(self.findings(check_tree.sizes, {"libs/a.cc": "x\n" * 400}), [])
        self.assertEqual(self.findings(check_tree.sizes, {"libs/a.cc": "x\n" * 401}),
                         ["libs/a.cc: 401 lines, want at most 400"])
        for file in ("tests/a.bin", "tests/upgrade/fixtures/0_1/programs.tar.xz"):
            found = self.findings(check_tree.sizes, {file: "x" * ((1 << 20) + 1)})
            self.assertEqual(len(found), 1 if file.endswith(".bin") else 0, file)

    def test_long_function_is_found_in_each_language(self):
        body = "  x();\n" * 69
        self.assertEqual(self.findings(check_tree.function_lengths,
                                       {"libs/a.cc": f"void F() {{\n{body}}}\n"}),
                         ["libs/a.cc:1: function of 71 lines, want at most 70"])
        self.assertEqual(self.findings(check_tree.function_lengths,
                                       {"tests/a.py": "def f():\n" + "    x()\n" * 70}),
                         ["tests/a.py:1: function of 71 lines, want at most 70"])
        lines = "\tx()\n" * 69
        self.assertEqual(self.findings(check_tree.function_lengths,
                                       {"a.go": "func F() {}\n\nfunc g(\n) {\n" + lines + "}\n"}),
                         ["a.go:3: function of 72 lines, want at most 70"])
        lines = "    x();\n" * 69
        self.assertEqual(self.findings(check_tree.function_lengths,
                                       {"a.ts": "class A {\n  f(): void {\n" + lines + "  }\n}\n"}),
                         ["a.ts:2: function of 71 lines, want at most 70"])

    def test_header_without_pragma_once_is_found(self):
        self.assertEqual(self.findings(check_tree.header_guards, {"libs/a.h": "// A.\n"}),
                         ["libs/a.h:1: header without #pragma once"])
        self.assertEqual(self.findings(check_tree.header_guards,
                                       {"libs/a.h": "// A.\n#pragma once\n"}), [])

    def test_markers_machine_paths_and_registries_are_found(self):
        for text in ("// TO" "DO: later", "see /wo" "rk/shared/x", "x=/ro" "ot/.cache/a",
                     "https://registry.npmjs" ".org/x"):
            self.assertEqual(len(self.findings(check_tree.forbidden_text, {"a.md": text})), 1, text)
        for text in ("frame/wo" "rk/x", "$DIR/ro" "ot/a", "toDo list", "/usr/share/zoneinfo"):
            self.assertEqual(self.findings(check_tree.forbidden_text, {"a.md": text}), [], text)

    def test_layout_wants_line_ends_and_no_trailing_blanks(self):
        self.assertEqual(self.findings(check_tree.layout, {"a.py": "x = 1 \ny"}),
                         ["a.py: no line end at the end of the file",
                          "a.py:1: blanks at the end of the line"])
        self.assertEqual(self.findings(check_tree.layout, {"a.proto": "/" * 101 + "\n"}),
                         ["a.proto:1: 101 columns, want at most 100"])

    def test_shell_script_with_a_syntax_error_is_found(self):
        self.assertEqual(self.findings(check_tree.scripts, {"a.sh": "#!/bin/bash\nif true\n"})[0]
                         .split(":")[0], "a.sh")
        self.assertEqual(self.findings(check_tree.scripts, {"a": "#!/usr/bin/env bash\ntrue\n"}),
                         [])


class CppFunctions(unittest.TestCase):

    def lengths(self, text):
        return cpp_functions.functions(text)

    def test_functions_in_namespaces_and_classes_are_found(self):
        text = ("namespace a {\nnamespace {\nint F() {\n  return 1;\n}\n}\n"
                "class CAPABILITY(\"m\") B final : public C {\n public:\n"
                "  int G() const override { return 1; }\n"
                "  struct D {\n    void H() noexcept {\n    }\n  };\n};\n}\n")
        self.assertEqual(self.lengths(text), [(3, 3), (9, 1), (11, 2)])

    def test_template_with_class_parameter_is_a_function(self):
        self.assertEqual(self.lengths("template <class T>\nT F(T a) {\n  return a;\n}\n"), [(1, 4)])

    def test_constructor_with_brace_initializers_is_one_function(self):
        text = "A::A(int b)\n    : b_{b}, c_{1} {\n  Start();\n}\nint x = 0;\n"
        self.assertEqual(self.lengths(text), [(1, 4)])

    def test_test_macro_and_lambda_inside_are_one_function(self):
        text = "TEST(A, B) {\n  auto f = [](int x) {\n    return x;\n  };\n}\n"
        self.assertEqual(self.lengths(text), [(1, 5)])

    def test_tables_and_enums_are_no_functions(self):
        text = "constexpr int kA[] = {\n  1,\n};\nenum class B {\n  kC,\n};\nextern \"C\" {\n}\n"
        self.assertEqual(self.lengths(text), [])

    def test_braces_in_literals_and_comments_do_not_count(self):
        text = ("// {\nvoid F() {\n  a('{', \"}\", R\"(}}})\");  /* } */\n  int n = 1'000;\n}\n"
                "#define X {\nvoid G() {\n}\n")
        self.assertEqual(self.lengths(text), [(2, 4), (7, 2)])


if __name__ == "__main__":
    unittest.main()
