#include "libs/templates/template_library.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/violations.h"
#include "libs/document/definition_set.h"
#include "libs/templates/template_check.h"
#include "libs/templates/template_file.pb.h"

namespace kpisuite {
namespace {

// The review follows the first window that is a calendar period.
void AddReview(v1::Kpi& kpi) {
  if (kpi.has_review()) return;
  for (const std::string& window : kpi.windows()) {
    v1::Grain grain = v1::GRAIN_UNSPECIFIED;
    if (!v1::Grain_Parse("GRAIN_" + window, &grain)) continue;
    kpi.mutable_review()->set_every(grain);
    return;
  }
}

v1::Template MakeTemplate(const templates::TemplateFile& file, templates::TemplateEntry entry) {
  v1::Template made;
  made.set_id(entry.id());
  made.set_display_name(entry.display_name());
  made.set_note(entry.note());
  made.set_category(file.category());
  made.set_written_formula(entry.written_formula());
  made.set_variant_of(entry.variant_of());
  made.set_combination(entry.combination());
  made.mutable_guardrails()->Swap(entry.mutable_guardrails());
  if (made.guardrails_size() > 0) made.set_guardrail(made.guardrails(0));
  made.mutable_parameters()->swap(*entry.mutable_parameters());
  made.mutable_metrics()->swap(*entry.mutable_metrics());
  made.mutable_components()->Swap(entry.mutable_components());
  for (const auto& [alias, metric] : made.metrics()) {
    (*made.mutable_inputs())[alias] = metric.means();
  }
  v1::Definition& definition = *made.mutable_definition();
  definition.set_display_name(made.display_name());
  *definition.mutable_kpi() = std::move(*entry.mutable_kpi());
  v1::Kpi& kpi = *definition.mutable_kpi();
  if (!kpi.has_perspective()) kpi.set_perspective(file.perspective());
  for (auto& [alias, input] : *kpi.mutable_inputs()) {
    if (!input.has_metric() && !input.has_kpi()) input.set_metric(alias);
  }
  AddReview(kpi);
  return made;
}

// The violations of one file, with its name.
void AddFileErrors(const TemplateText& file, const absl::Status& status, Violations& violations) {
  for (FieldViolation violation : GetErrorDetails(status).violations) {
    violation.field =
        absl::StrCat(file.file, ":", violation.line, ":", violation.column, ": ", violation.field);
    violations.Add(std::move(violation));
  }
}

}  // namespace

absl::StatusOr<TemplateLibrary> TemplateLibrary::Create(absl::Span<const TemplateText> files) {
  TemplateLibrary library;
  Violations violations;
  for (const TemplateText& file : files) {
    templates::TemplateFile message;
    if (const absl::Status status = ParseMessage(file.text, message); !status.ok()) {
      AddFileErrors(file, status, violations);
      continue;
    }
    if (message.category().empty() || message.perspective() == v1::PERSPECTIVE_UNSPECIFIED) {
      violations.Add(file.file, violation::kRequired, "got a file without category or perspective");
    }
    for (templates::TemplateEntry& entry : *message.mutable_templates()) {
      const std::string id = entry.id();
      v1::Template made = MakeTemplate(message, std::move(entry));
      CheckTemplate(made, violations);
      if (!library.templates_.emplace(id, std::move(made)).second) {
        violations.Add(id, violation::kDuplicate, GotWant(id, "each template once"));
      }
    }
  }
  CheckReferences(library.templates_, violations);
  if (!violations.empty()) return InvalidFields(violations.Take());
  for (const auto& [id, made] : library.templates_) {
    for (const std::string& other : made.guardrails()) library.guardrails_[id].push_back(other);
  }
  return library;
}

const v1::Template* TemplateLibrary::Find(const std::string& id) const {
  const auto found = templates_.find(id);
  return found == templates_.end() ? nullptr : &found->second;
}

}  // namespace kpisuite
