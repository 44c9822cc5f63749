// TemplateLibrary: the KPI catalogue, read from its files and checked.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "kpisuite/v1/definition_service.pb.h"
#include "libs/definitions/validate.h"

namespace kpisuite {

// One file of the catalogue (template_file.proto says how it is written).
struct TemplateText {
  absl::string_view file;
  absl::string_view text;
};

// The files of `catalogue/`, compiled in.
absl::Span<const TemplateText> BuiltInTemplates();

// Immutable once made.
class TemplateLibrary {
 public:
  // Without templates.
  TemplateLibrary() = default;

  // INVALID_ARGUMENT with everything that is wrong: a file that cannot be read (with line and
  // column), a missing text, an id that is there twice, an input or a parameter that is not used or
  // not declared, a formula that cannot be read, a template that refers to one that is not there.
  static absl::StatusOr<TemplateLibrary> Create(absl::Span<const TemplateText> files);
  // Of the files compiled in.
  static absl::StatusOr<TemplateLibrary> BuiltIn() { return Create(BuiltInTemplates()); }

  // By id.
  const std::map<std::string, v1::Template>& templates() const { return templates_; }
  // Null when there is none.
  const v1::Template* Find(const std::string& id) const;
  // What each template wants beside it, for ProposedSet.
  const TemplateGuardrails& guardrails() const { return guardrails_; }

 private:
  std::map<std::string, v1::Template> templates_;
  TemplateGuardrails guardrails_;
};

}  // namespace kpisuite
