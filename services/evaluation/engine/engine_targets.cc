// PartitionEngine: what targets read of other periods, slices and KPIs.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/evaluation/engine/partition_engine.h"

namespace kpisuite {
namespace {

std::string NameOfKpi(const KpiRuntime& reader, absl::string_view id) {
  return absl::StrCat("workspaces/", reader.kpi().workspace, "/kpis/", id);
}

// From which to which day the states begin that read something of the days [first, end).
struct Span {
  int32_t first = INT32_MIN;
  int32_t end = INT32_MAX;
};
Span StatesReading(const KpiRuntime& reader, const KpiRuntime& source, const Window& window,
                   int32_t first, int32_t end) {
  const Calendar& calendar = *reader.kpi().calendar;
  const TargetReads& reads = reader.target_reads();
  Span span;
  const bool onwards = reader.reaches_back() || source.reaches_back() || end == INT32_MAX ||
                       window.kind() == WindowKind::kTrailing;
  const auto widen = [&](Grain grain) {
    if (first > DayNumber(kFirstDay)) {
      const Period period = PeriodOf(calendar, grain, DayOfNumber(first - source.days_after()));
      span.first = std::min(span.first, DayNumber(period.first_day));
    }
    if (onwards) return;
    span.end =
        std::max(span.end, DayNumber(PeriodOf(calendar, grain, DayOfNumber(end - 1)).end_day));
  };
  if (first > DayNumber(kFirstDay)) span.first = first;
  if (!onwards) span.end = end;
  widen(window.grain());
  for (const Grain grain : reads.grains) widen(grain);
  return span;
}

// Whether the days [first, end) of the KPI itself enter a baseline.
bool EntersBaseline(const KpiRuntime& runtime, int32_t first, int32_t end) {
  const auto& ranges = runtime.target_reads().ranges;
  return std::any_of(ranges.begin(), ranges.end(), [&](const DayRange& range) {
    const bool before_end = first < DayNumber(range.end_day) + runtime.days_after();
    return before_end && (runtime.reaches_back() || end > DayNumber(range.first_day));
  });
}

}  // namespace

void PartitionEngine::AddReader(KpiRuntime& runtime) {
  for (const std::string& id : runtime.target_reads().kpis) {
    readers_[NameOfKpi(runtime, id)].insert(runtime.id());
  }
  runtime.FindKpisWith(
      [this, view = runtime.view(), workspace = runtime.kpi().workspace](absl::string_view id) {
        const std::string name = absl::StrCat("workspaces/", workspace, "/kpis/", id);
        const KpiRuntime* same_view = Find(name, view);
        return same_view != nullptr ? same_view : Find(name);
      });
}

void PartitionEngine::RemoveReader(const KpiRuntime& runtime) {
  for (const std::string& id : runtime.target_reads().kpis) {
    const auto readers = readers_.find(NameOfKpi(runtime, id));
    readers->second.erase(runtime.id());
    if (readers->second.empty()) readers_.erase(readers);
  }
}

std::vector<KpiRuntime*> PartitionEngine::ReadersOf(const KpiRuntime& runtime) const {
  std::vector<KpiRuntime*> readers;
  const auto ids = readers_.find(runtime.kpi().resource_name());
  if (ids == readers_.end()) return readers;
  for (const int64_t id : ids->second) readers.push_back(runtimes_by_id_.at(id));
  return readers;
}

// Later versions of the KPI whose targets read it across the break.
std::vector<KpiRuntime*> PartitionEngine::LaterComparing(const KpiRuntime& runtime) const {
  std::vector<KpiRuntime*> later;
  if (runtime.is_newest()) return later;
  for (auto link = runtime.chain()->links().rbegin(); link->runtime != &runtime; ++link) {
    if (link->runtime == nullptr || !link->runtime->kpi().compare_across_breaks) continue;
    if (link->runtime->target_reads().any()) later.push_back(link->runtime);
  }
  return later;
}

// The days [first, end) of a KPI have changed, in one slice or (null) in any: its data, or how much
// of it there is. The KPI's own states in them are marked elsewhere.
void PartitionEngine::TouchTargets(KpiRuntime& source, const Slice* slice, int32_t first,
                                   int32_t end) {
  if (readers_.empty() && !source.target_reads().any() && source.is_newest()) return;
  std::vector<KpiRuntime*> readers = ReadersOf(source);
  for (KpiRuntime* later : LaterComparing(source)) readers.push_back(later);
  const TargetReads& own = source.target_reads();
  if (!own.dimensions.empty() || EntersBaseline(source, first, end)) readers.push_back(&source);
  for (KpiRuntime* reader : readers) {
    if (slice == nullptr) {
      for (size_t s = 0; s < reader->slices().size(); ++s) {
        MarkTargets(*reader, source, s, first, end);
      }
      continue;
    }
    // The slice itself and those above it whose targets are made of what is below them.
    const std::vector<std::string>& rolled_up = reader->target_reads().dimensions;
    for (const RuntimeGrouping& grouping : reader->groupings()) {
      const Slice above = slice->Project(grouping.dimensions);
      const bool reads =
          above.Contains(*slice) &&
          std::all_of(slice->members().begin(), slice->members().end(), [&](const auto& member) {
            return above.Find(member.first) != nullptr ||
                   std::find(rolled_up.begin(), rolled_up.end(), member.first) != rolled_up.end();
          });
      const std::optional<size_t> index =
          reads ? reader->FindSlice(above.ToString()) : std::nullopt;
      if (index.has_value()) MarkTargets(*reader, source, *index, first, end);
    }
  }
}

// Those that are not kept are computed when they are asked for.
void PartitionEngine::MarkTargets(KpiRuntime& reader, const KpiRuntime& source, size_t slice,
                                  int32_t first, int32_t end) {
  const bool every = &reader == &source && EntersBaseline(reader, first, end);
  auto& windows = reader.slices()[slice].windows;
  for (size_t w = 0; w < windows.size(); ++w) {
    const Span span =
        every ? Span() : StatesReading(reader, source, reader.kpi().windows[w], first, end);
    for (auto it = windows[w].lower_bound(span.first);
         it != windows[w].end() && it->first < span.end; ++it) {
      MarkDirty(reader, slice, w, it->first, false);
    }
  }
}

void PartitionEngine::MarkAllReaders(const KpiRuntime& runtime, bool definition_changed) {
  for (KpiRuntime* reader : ReadersOf(runtime)) {
    for (size_t s = 0; s < reader->slices().size(); ++s) {
      const auto& windows = reader->slices()[s].windows;
      for (size_t w = 0; w < windows.size(); ++w) {
        for (const auto& [first_day, state] : windows[w]) {
          MarkDirty(*reader, s, w, first_day, definition_changed);
        }
      }
    }
  }
}

}  // namespace kpisuite
