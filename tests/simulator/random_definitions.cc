#include "tests/simulator/random_definitions.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace kpisuite {
namespace {

constexpr int kMaxKpis = 6;

std::string NameOf(absl::string_view collection, absl::string_view id) {
  return absl::StrCat("workspaces/", kSimulatedWorkspace, "/", collection, "/", id);
}

const v1::Definition* Live(const DefinitionNode& definitions, const std::string& name) {
  const CatalogEntry* entry = definitions.catalog().Find(*ResourceName::Parse(name));
  return entry == nullptr ? nullptr : entry->definition.get();
}

}  // namespace

Scene ChooseScene(uint64_t seed) {
  struct Place {
    std::vector<std::string> zones;
    absl::CivilSecond start;
  };
  static const auto& places = *new std::vector<Place>{
      {{"America/Chicago", "UTC"}, absl::CivilSecond(2025, 3, 6)},
      {{"America/Chicago", "Asia/Tokyo"}, absl::CivilSecond(2025, 10, 30)},
      {{"Europe/Berlin", "America/New_York"}, absl::CivilSecond(2025, 3, 27)},
      {{"Europe/Berlin", "UTC"}, absl::CivilSecond(2026, 10, 22)},
      {{"America/Sao_Paulo", "UTC"}, absl::CivilSecond(2018, 11, 1)},
      {{"Africa/Cairo", "Asia/Kolkata"}, absl::CivilSecond(2025, 4, 22)},
      {{"Australia/Lord_Howe", "Pacific/Auckland"}, absl::CivilSecond(2025, 4, 3)},
      {{"Pacific/Apia", "Pacific/Honolulu"}, absl::CivilSecond(2011, 12, 27)},
      {{"UTC", "Europe/London"}, absl::CivilSecond(2024, 2, 26)},
      {{"Asia/Kathmandu", "UTC"}, absl::CivilSecond(2020, 12, 29)},
  };
  Prng chance(seed ^ 0x7363656e65);
  const Place& place = chance.Pick(places);
  const absl::Time start = absl::FromCivil(place.start, absl::UTCTimeZone());
  return {place.zones, start + absl::Seconds(chance.Below(3 * 86'400))};
}

bool RandomDefinitions::Propose(v1::Definition definition, const char* what) {
  const std::string name = definition.name();
  const ValidationResult result = definitions_.Apply({std::move(definition)});
  for (const FieldViolation& violation : result.violations) {
    stage_.Trace("refused ", name, ": ", violation.field, ": ", violation.description);
  }
  if (!result.violations.empty()) return false;
  stage_.Count(what);
  stage_.Trace(what, " ", name);
  return true;
}

v1::Timeliness RandomDefinitions::MakeTimeliness() {
  Prng& chance = stage_.chance();
  v1::Timeliness timeliness;
  if (chance.Chance(50)) timeliness.mutable_expected_lag()->set_seconds(chance.Below(8) * 3600);
  if (chance.Chance(50)) timeliness.mutable_grace()->set_seconds(chance.Below(3) * 3600);
  if (chance.Chance(60)) timeliness.mutable_max_age()->set_seconds((1 + chance.Below(60)) * 3600);
  return timeliness;
}

// Metrics 0 and 1 share the default partition group, 2 and 3 another one.
void RandomDefinitions::AddMetric(int number) {
  Prng& chance = stage_.chance();
  SimulatedMetric metric{.id = absl::StrCat("m", number)};
  if (chance.Chance(75)) metric.dimensions.push_back("region");
  if (chance.Chance(40)) metric.dimensions.push_back("team");
  metric.scale = static_cast<int>(chance.Below(4));
  metric.is_event = chance.Chance(70);
  v1::Definition definition;
  definition.set_name(NameOf("metrics", metric.id));
  definition.mutable_metric()->set_unit("count");
  definition.mutable_metric()->set_scale(metric.scale);
  for (const std::string& name : metric.dimensions) {
    definition.mutable_metric()->add_dimensions(name);
  }
  definition.mutable_metric()->set_identity(metric.is_event ? v1::SAMPLE_IDENTITY_EVENT
                                                            : v1::SAMPLE_IDENTITY_TIME);
  if (number >= 2) definition.mutable_metric()->set_partition_group("second");
  *definition.mutable_metric()->mutable_timeliness() = MakeTimeliness();
  metrics_.push_back(std::move(metric));
  Propose(std::move(definition), "metric added");
}

void RandomDefinitions::AddCalendars() {
  v1::Definition definition;
  definition.set_name(NameOf("calendars", "shifts"));
  v1::Calendar& calendar = *definition.mutable_calendar();
  calendar.set_time_zone(scene_.zones.front());
  calendar.set_type(v1::CALENDAR_TYPE_FISCAL_MONTH_OFFSET);
  calendar.set_first_month(4);
  calendar.mutable_day_start()->set_seconds(6 * 3600);
  calendar.set_week_start(static_cast<int>(stage_.chance().Between(1, 7)));
  for (int day = 1; day <= 5; ++day) calendar.add_working_days(day);
  Propose(std::move(definition), "calendar added");
}

void RandomDefinitions::Begin() {
  for (int number = 0; number < 4; ++number) AddMetric(number);
  AddCalendars();
  const int kpis = static_cast<int>(stage_.chance().Between(1, 4));
  for (int number = 0; number < kpis; ++number) ProposeKpi(number);
}

bool RandomDefinitions::ProposeKpi(int number) {
  const bool is_new = Live(definitions_, NameOf("kpis", absl::StrCat("k", number))) == nullptr;
  const char* what = is_new ? "kpi added" : "kpi replaced";
  for (int attempt = 0; attempt < 4; ++attempt) {
    if (Propose(MakeKpi(number, attempt < 2), what)) return true;
  }
  return false;
}

void RandomDefinitions::Change() {
  Prng& chance = stage_.chance();
  const int number = static_cast<int>(chance.Below(kMaxKpis));
  switch (chance.Below(8)) {
    case 0:
    case 1:
    case 2: ProposeKpi(number); break;
    case 3:
    case 4: EditKpi(); break;
    case 5: Remove("kpis", number); break;
    case 6: EditTimeliness(); break;
    default:
      if (chance.Chance(60)) {
        ProposeTarget();
      } else {
        Remove("targets", 0);
      }
  }
}

void RandomDefinitions::EditKpi() {
  const int number = static_cast<int>(stage_.chance().Below(kMaxKpis));
  const v1::Definition* live = Live(definitions_, NameOf("kpis", absl::StrCat("k", number)));
  if (live == nullptr) return;
  v1::Definition edited = *live;
  v1::Kpi& kpi = *edited.mutable_kpi();
  switch (stage_.chance().Below(5)) {
    case 3:
    case 4: EditInput(kpi); break;
    case 0:
      kpi.clear_windows();
      FillTime(kpi);
      break;
    case 1:
      if (kpi.slices().empty()) {
        kpi.add_slices()->add_dimensions("region");
      } else {
        kpi.clear_slices();
      }
      break;
    default:
      kpi.clear_target();
      kpi.clear_bands();
      kpi.clear_baseline();
      FillStatus(kpi);
  }
  Propose(std::move(edited), "kpi edited");
}

// Another series under either policy, with or without a day from which it counts.
void RandomDefinitions::EditInput(v1::Kpi& kpi) {
  Prng& chance = stage_.chance();
  if (kpi.inputs().empty()) return;
  v1::Input& input = kpi.mutable_inputs()->begin()->second;
  const v1::Aggregation before = input.aggregation();
  input.set_aggregation(before == v1::AGGREGATION_SUM ? v1::AGGREGATION_MAX : v1::AGGREGATION_SUM);
  const bool keeps = chance.Chance(70);
  kpi.set_history_policy(keeps ? v1::HISTORY_POLICY_KEEP_HISTORY
                               : v1::HISTORY_POLICY_RESTATE_HISTORY);
  kpi.clear_effective_from();
  if (!keeps || chance.Chance(50)) return;
  const absl::CivilDay today = absl::ToCivilDay(stage_.now(), absl::UTCTimeZone());
  kpi.set_effective_from(absl::FormatCivilTime(today + chance.Between(-6, 3)));
}

void RandomDefinitions::EditTimeliness() {
  const std::string& id = stage_.chance().Pick(metrics_).id;
  v1::Definition edited = *Live(definitions_, NameOf("metrics", id));
  *edited.mutable_metric()->mutable_timeliness() = MakeTimeliness();
  Propose(std::move(edited), "timeliness edited");
}

void RandomDefinitions::ProposeTarget() {
  Prng& chance = stage_.chance();
  const std::string kpi = absl::StrCat("k", chance.Below(kMaxKpis));
  v1::Definition definition;
  definition.set_name(NameOf("targets", "t0"));
  v1::Target& target = *definition.mutable_target();
  target.set_kpi(kpi);
  target.set_slice(chance.Chance(50) ? "region=north" : "team=red");
  target.mutable_value()->set_fixed(absl::StrCat(1 + chance.Below(30)));
  target.set_role(v1::TARGET_ROLE_COMMITTED);
  target.set_set_by("mailto:owner@example.com");
  target.set_reason("simulated");
  Propose(std::move(definition), "target proposed");
}

void RandomDefinitions::Remove(const std::string& collection, int number) {
  const std::string id = absl::StrCat(collection.substr(0, 1), number);
  const std::string name = NameOf(collection, id);
  if (Live(definitions_, name) == nullptr) return;
  const bool removed = definitions_.Delete({*ResourceName::Parse(name)}).violations.empty();
  if (!removed) return;
  stage_.Count(absl::StrCat(collection, " removed"));
  stage_.Trace("removed ", name);
}

}  // namespace kpisuite
