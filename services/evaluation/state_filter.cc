#include "services/evaluation/state_filter.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/names.h"
#include "libs/kpi/slice.h"
#include "services/evaluation/state_board.h"

namespace kpisuite {
namespace {

constexpr absl::string_view kPaths[] = {"kpi",      "objective",     "owner", "perspective",
                                        "status",   "window",        "slice", "grouping",
                                        "labels.*", "hierarchy_view"};

bool Holds(const ListFilter::Term& term, absl::string_view value) {
  switch (term.op) {
    case ListFilter::Operator::kEquals: return value == term.value;
    case ListFilter::Operator::kDiffers: return value != term.value;
    case ListFilter::Operator::kPrefix: return absl::StartsWith(value, term.value);
  }
  return false;
}

// A reference may be written as id or as resource name.
bool HoldsForName(const ListFilter::Term& term, absl::string_view id,
                  absl::string_view resource_name) {
  const bool by_name = absl::StartsWith(term.value, "workspaces/");
  return Holds(term, by_name ? resource_name : id);
}

bool HoldsForKpi(const ListFilter::Term& term, const KpiDefinition& kpi) {
  if (term.path == "kpi") return HoldsForName(term, kpi.id, kpi.resource_name());
  if (term.path == "objective") {
    const std::string name = kpi.objective.empty() ? ""
                                                   : absl::StrCat("workspaces/", kpi.workspace,
                                                                  "/objectives/", kpi.objective);
    return HoldsForName(term, kpi.objective, name);
  }
  if (term.path == "owner") return Holds(term, kpi.owner);
  if (term.path == "perspective") {
    const std::string name =
        kpi.perspective == v1::PERSPECTIVE_UNSPECIFIED ? "" : v1::Perspective_Name(kpi.perspective);
    return Holds(term, absl::StripPrefix(name, "PERSPECTIVE_"));
  }
  if (absl::StartsWith(term.path, "labels.")) {
    const auto label = kpi.labels.find(term.path.substr(7));
    return Holds(term, label == kpi.labels.end() ? "" : label->second);
  }
  return true;
}

std::string GroupingOf(absl::string_view slice) {
  const auto parsed = Slice::Parse(slice);
  if (!parsed.ok()) return "";
  std::vector<std::string> dimensions;
  for (const auto& [dimension, member] : parsed->members()) dimensions.push_back(dimension);
  return absl::StrJoin(dimensions, ",");
}

// Dimensions may be written in any order; of a prefix it is that of the canonical text.
absl::Status MakeCanonical(ListFilter::Term& term) {
  if (term.op == ListFilter::Operator::kPrefix) return absl::OkStatus();
  if (term.path == "grouping") {
    std::vector<std::string> dimensions = absl::StrSplit(term.value, ',', absl::SkipWhitespace());
    for (std::string& name : dimensions) absl::StripAsciiWhitespace(&name);
    std::sort(dimensions.begin(), dimensions.end());
    term.value = absl::StrJoin(dimensions, ",");
  }
  if (term.path == "slice") {
    const auto slice = Slice::Parse(term.value);
    if (!slice.ok()) {
      return InvalidFields(
          {{.field = "filter", .description = std::string(slice.status().message())}});
    }
    term.value = slice->ToString();
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<StateFilter> StateFilter::Create(absl::string_view parent,
                                                absl::string_view filter) {
  StateFilter created;
  ASSIGN_OR_RETURN(created.workspace_, ParseWorkspace(parent));
  ASSIGN_OR_RETURN(const ListFilter parsed, ListFilter::Parse(filter, kPaths));
  created.terms_ = parsed.terms();
  for (ListFilter::Term& term : created.terms_) {
    RETURN_IF_ERROR(MakeCanonical(term));
    created.wants_slices_ =
        created.wants_slices_ || term.path == "slice" || term.path == "grouping";
    created.reads_status_ = created.reads_status_ || term.path == "status";
    if (term.path != "hierarchy_view") continue;
    const bool known = term.value == "AS_IS" || term.value == "AS_WAS";
    if (!known || term.op != ListFilter::Operator::kEquals) {
      return InvalidFields(
          {{.field = "filter", .description = "hierarchy_view: want = AS_IS or = AS_WAS"}});
    }
    if (term.value == "AS_WAS") created.view_ = MembershipView::kAsWas;
  }
  return created;
}

absl::StatusOr<StateFilter> StateFilter::OfSeries(absl::string_view parent,
                                                  absl::flat_hash_set<std::string> series) {
  ASSIGN_OR_RETURN(StateFilter created, Create(parent, ""));
  created.series_ = std::move(series);
  created.wants_slices_ = true;
  return created;
}

bool StateFilter::MatchesKpi(const KpiDefinition& kpi) const {
  if (kpi.workspace != workspace_) return false;
  for (const ListFilter::Term& term : terms_) {
    if (!HoldsForKpi(term, kpi)) return false;
  }
  return true;
}

bool StateFilter::MatchesSeries(absl::string_view kpi, absl::string_view window,
                                absl::string_view slice) const {
  if (series_.has_value()) return series_->contains(SeriesKey(kpi, window, slice));
  if (!wants_slices_ && !slice.empty()) return false;
  for (const ListFilter::Term& term : terms_) {
    if (term.path == "window" && !Holds(term, window)) return false;
    if (term.path == "slice" && !Holds(term, slice)) return false;
    if (term.path == "grouping" && !Holds(term, GroupingOf(slice))) return false;
  }
  return true;
}

bool StateFilter::MatchesStatus(v1::Status status) const {
  if (!reads_status_) return true;
  const std::string name = v1::Status_Name(status);
  for (const ListFilter::Term& term : terms_) {
    if (term.path == "status" && !Holds(term, absl::StripPrefix(name, "STATUS_"))) return false;
  }
  return true;
}

}  // namespace kpisuite
