#include "services/evaluation/change/change_reader.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/evaluation/change/change_drivers.h"

namespace kpisuite {
namespace {

constexpr char kPreviousPeriod[] = "PREVIOUS_PERIOD";

absl::Status WrongField(const std::string& field, const std::string& description) {
  return InvalidFields({{.field = field, .description = description}});
}

absl::StatusOr<Period> BasePeriod(const ChangePlace& place, const std::string& text) {
  const KpiDefinition& kpi = place.runtime->kpi();
  const Period previous = PreviousPeriod(*kpi.calendar, place.period);
  if (text.empty() || text == kPreviousPeriod) return previous;
  const absl::StatusOr<Period> period = ParsePeriod(*kpi.calendar, text);
  if (period.ok() && period->grain == place.period.grain && period->id != place.period.id) {
    return *period;
  }
  return WrongField("base_period",
                    absl::StrCat("got \"", text, "\", want ", kPreviousPeriod, " or the id of a ",
                                 kpi.windows[place.window].id(), " other than ", place.period.id,
                                 ", such as ", previous.id));
}

// The grouping whose slices are the members; INVALID_ARGUMENT when the KPI does not keep it.
absl::StatusOr<std::vector<std::string>> MemberGrouping(const KpiRuntime& runtime,
                                                        const Slice& slice,
                                                        const std::string& dimension) {
  const KpiDefinition& kpi = runtime.kpi();
  std::vector<std::string> dimensions = {dimension};
  for (const auto& [name, member] : slice.members()) dimensions.push_back(name);
  absl::c_sort(dimensions);
  if (slice.Find(dimension) == nullptr && kpi.HasGrouping(dimensions)) {
    const auto grouping = absl::c_find_if(runtime.groupings(), [&](const RuntimeGrouping& other) {
      return other.dimensions == dimensions;
    });
    if (grouping->roster == nullptr || slice.members().empty()) return dimensions;
    return WrongField(
        "dimension",
        absl::StrCat("got \"", dimension, "\" for slice \"", slice.ToString(),
                     "\", some of whose members count in \"", grouping->roster->other().ToString(),
                     "\" with others, want the total"));
  }
  const std::string known =
      absl::StrJoin(kpi.groupings, "; ", [](std::string* out, const auto& grouping) {
        absl::StrAppend(out, absl::StrJoin(grouping, ","));
      });
  return WrongField(
      "dimension",
      absl::StrCat("got \"", dimension, "\" for slice \"", slice.ToString(),
                   "\", want a dimension that makes one of the KPI's groupings with it: ",
                   known.empty() ? "it has none" : known));
}

// Computes slices of one KPI in both periods.
class TwoPeriods {
 public:
  TwoPeriods(const ChangePlace& place, Period base, absl::Time now)
      : runtime_(*place.runtime),
        window_(place.window),
        base_(std::move(base)),
        period_(place.period),
        now_(now),
        seq_(place.engine->seq()) {}

  absl::StatusOr<SliceChange> Of(const SliceStates& slice, std::string member) const {
    ASSIGN_OR_RETURN(KpiRuntime::Computation before,
                     runtime_.Compute(slice, window_, base_, nullptr, now_, seq_));
    ASSIGN_OR_RETURN(KpiRuntime::Computation after,
                     runtime_.Compute(slice, window_, period_, nullptr, now_, seq_));
    return SliceChange{std::move(member), std::move(before), std::move(after)};
  }

  // Of the slice at the place, which is known or the total.
  absl::StatusOr<SliceChange> OfWhole(const std::string& slice) const {
    const std::optional<size_t> index = runtime_.FindSlice(slice);
    if (index.has_value()) return Of(runtime_.slices()[*index], "");
    return Of(runtime_.MakeSlice(0, Slice()), "");
  }

  // Of the slices within `whole` that add `dimension`, where they have rows in either period.
  absl::StatusOr<std::vector<SliceChange>> OfMembers(const Slice& whole, size_t dimensions,
                                                     const std::string& dimension) const {
    std::vector<SliceChange> members;
    for (const SliceStates& slice : runtime_.slices()) {
      const Member* member = slice.slice.Find(dimension);
      if (member == nullptr || slice.slice.members().size() != dimensions ||
          !whole.Contains(slice.slice)) {
        continue;
      }
      ASSIGN_OR_RETURN(SliceChange change, Of(slice, member->ToString()));
      if (change.before.evaluation.rows > 0 || change.after.evaluation.rows > 0) {
        members.push_back(std::move(change));
      }
    }
    return members;
  }

 private:
  const KpiRuntime& runtime_;
  const size_t window_;
  const Period base_;
  const Period period_;
  const absl::Time now_;
  const int64_t seq_;
};

// A change of the definition is none that members or operands explain.
v1::ChangeExplanation AcrossBreak(v1::Explanation& before, v1::Explanation& after) {
  v1::ChangeExplanation out;
  out.set_nd_reason(v1::ND_REASON_NO_COMPARABLE);
  *out.mutable_before() = std::move(*before.mutable_state());
  *out.mutable_after() = std::move(*after.mutable_state());
  out.add_warnings(absl::StrCat("the definition changed between ", out.before().period().id(),
                                " and ", out.after().period().id()));
  return out;
}

// The same place in the version that its period is of, if that can be read.
ChangePlace OfItsVersion(const ChangePlace& place) {
  const Window& window = place.runtime->kpi().windows[place.window];
  const KpiRuntime* version = place.runtime->VersionOf(window, place.period);
  if (version == nullptr) return place;
  const std::optional<size_t> index = version->WindowIndex(window.id());
  if (!index.has_value()) return place;
  return {place.engine, version, place.slice, *index, place.period};
}

// What the reader should know about the data of the two periods.
void AddDataWarnings(v1::ChangeExplanation& out) {
  for (const v1::KpiState* state : {&out.before(), &out.after()}) {
    if (absl::c_linear_search(state->flags(), v1::STATE_FLAG_PROVISIONAL)) {
      out.add_warnings(
          absl::StrCat("the data of ", state->period().id(), " may not be complete yet"));
    }
  }
}

}  // namespace

absl::StatusOr<v1::ChangeExplanation> ReadChange(const ChangePlace& asked,
                                                 const std::string& base_period,
                                                 const std::string& dimension, absl::Time now) {
  const ChangePlace place = OfItsVersion(asked);
  ASSIGN_OR_RETURN(const Period base, BasePeriod(place, base_period));
  ASSIGN_OR_RETURN(const Slice slice, Slice::Parse(place.slice));
  std::vector<std::string> grouping;
  if (!dimension.empty()) {
    ASSIGN_OR_RETURN(grouping, MemberGrouping(*place.runtime, slice, dimension));
  }
  ASSIGN_OR_RETURN(v1::Explanation before,
                   place.engine->Explain(*place.runtime, place.slice, place.window, base, now));
  ASSIGN_OR_RETURN(v1::Explanation after, place.engine->Explain(*place.runtime, place.slice,
                                                                place.window, place.period, now));
  if (place.runtime->VersionOf(place.runtime->kpi().windows[place.window], base) != place.runtime) {
    return AcrossBreak(before, after);
  }
  const TwoPeriods periods(place, base, now);
  ASSIGN_OR_RETURN(const SliceChange whole, periods.OfWhole(place.slice));
  MemberBreakdown explained;
  if (dimension.empty()) {
    explained.breakdown = ExplainByOperands(whole);
  } else {
    ASSIGN_OR_RETURN(const std::vector<SliceChange> members,
                     periods.OfMembers(slice, grouping.size(), dimension));
    ASSIGN_OR_RETURN(explained, ExplainByMembers(dimension, whole, members));
  }
  v1::ChangeExplanation out = MakeChangeExplanation(explained);
  out.set_dimension(dimension);
  *out.mutable_before() = std::move(*before.mutable_state());
  *out.mutable_after() = std::move(*after.mutable_state());
  AddDataWarnings(out);
  return out;
}

}  // namespace kpisuite
