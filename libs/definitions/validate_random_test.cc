// Validation withstands anything, and what it accepts can be resolved.
#include <gtest/gtest.h>

#include <random>

#include "libs/definitions/definitions_test_support.h"

namespace kpisuite {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr const char* kTexts[] = {"",       "x",
                                  "delay",  "late",
                                  "0.8",    "80%",
                                  "-1",     "1e9999",
                                  "EUR",    "%",
                                  "1/d",    "DAY",
                                  "MONTH",  "k",
                                  "origin", "origin=ORD",
                                  "a=b;",   "late / all",
                                  "x + 1",  "((",
                                  "s",      "2025-01-01",
                                  "\xff",   "value > 1",
                                  "NONE",   "workspaces/w/kpis/k"};

// Changes fields of a message at random; about one leaf in `rarity`.
class Mutator {
 public:
  Mutator(uint32_t seed, int rarity) : random_(seed), rarity_(rarity) {}

  void Mutate(Message& message, int depth = 0) {
    const auto* descriptor = message.GetDescriptor();
    for (int i = 0; i < descriptor->field_count(); ++i) {
      const FieldDescriptor* field = descriptor->field(i);
      if (field->is_map()) continue;
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        MutateMessage(message, field, depth);
      } else if (Chance()) {
        SetLeaf(message, field);
      }
    }
  }

  bool Chance() { return Number(rarity_) == 0; }
  int Number(int limit) { return static_cast<int>(random_() % static_cast<uint64_t>(limit)); }
  const char* Text() { return kTexts[Number(std::size(kTexts))]; }

 private:
  void MutateMessage(Message& message, const FieldDescriptor* field, int depth) {
    const Reflection* reflection = message.GetReflection();
    if (field->is_repeated()) {
      for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
        Mutate(*reflection->MutableRepeatedMessage(&message, field, i), depth + 1);
      }
      if (Chance() && depth < 4) {
        Mutate(*reflection->AddMessage(&message, field), depth + 1);
      }
    } else if (reflection->HasField(message, field) || (Chance() && depth < 4)) {
      Mutate(*reflection->MutableMessage(&message, field), depth + 1);
    }
  }

  void SetLeaf(Message& message, const FieldDescriptor* field) {
    const Reflection* reflection = message.GetReflection();
    if (field->is_repeated() || Number(8) == 0) reflection->ClearField(&message, field);
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        field->is_repeated() ? reflection->AddString(&message, field, Text())
                             : reflection->SetString(&message, field, Text());
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        reflection->SetEnumValue(&message, field, Number(12) - 1);
        break;
      case FieldDescriptor::CPPTYPE_INT32:
        field->is_repeated() ? reflection->AddInt32(&message, field, Number(12) - 2)
                             : reflection->SetInt32(&message, field, Number(12) - 2);
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        reflection->SetInt64(&message, field, Number(1000) - 100);
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        reflection->SetBool(&message, field, Number(2) == 0);
        break;
      default: break;
    }
  }

  std::mt19937_64 random_;
  const int rarity_;
};

std::vector<v1::Definition> World() {
  std::vector<v1::Definition> set = SmallWorld();
  set.push_back(Kpi("k", Input("x", "kpi: 'late'") + "formula: 'x / 2' unit: '%'"));
  set.push_back(Target("t", "kpi: 'k' value { fixed: '10%' }"));
  set.push_back(MakeDefinition("objectives/o", "objective { owner: 'x' }"));
  set.push_back(MakeDefinition("calendars/c", "calendar { time_zone: 'Europe/Berlin' }"));
  set.push_back(MakeDefinition("sources/s", "source { owner: 'x' }"));
  set.push_back(MakeDefinition("scorecards/s", "scorecard { children { kpi: 'k' } }"));
  set.push_back(MakeDefinition("alertRules/a", "alert_rule { kpi: 'k' condition: 'LATE' }"));
  set.push_back(MakeDefinition("initiatives/i", "initiative { start_date: '2025-01-01' }"));
  set.push_back(MakeDefinition("benchmarks/b", "benchmark { kpi: 'k' observations: '1' }"));
  return set;
}

TEST(ValidateSet, AcceptsOnlyWhatCanBeResolved) {
  int accepted = 0;
  for (uint32_t seed = 0; seed < 3000; ++seed) {
    Mutator mutator(seed, 4 + static_cast<int>(seed % 60));
    Catalog live;
    live.Apply(World(), 1);
    std::vector<v1::Definition> set;
    for (v1::Definition& definition : World()) {
      if (mutator.Number(3) != 0) continue;
      const std::string name = definition.name();
      mutator.Mutate(definition);
      if (mutator.Number(20) != 0) definition.set_name(name);
      definition.set_deleted(false);
      set.push_back(std::move(definition));
    }
    const ValidationResult result = Validate(live, set);
    for (const FieldViolation& item : result.violations) {
      EXPECT_FALSE(item.field.empty() || item.reason.empty() || item.description.empty())
          << item.field << " " << item.reason << " " << item.description;
    }
    if (!result.violations.empty()) continue;
    ++accepted;
    live.Apply(set, 2);
    for (const ResourceName& name : live.Names()) {
      const CatalogEntry& entry = *live.Find(name);
      EXPECT_TRUE(entry.violations.empty()) << name.ToString();
      EXPECT_EQ(entry.kpi != nullptr, name.kind == DefinitionKind::kKpi) << name.ToString();
      EXPECT_EQ(entry.metric != nullptr, name.kind == DefinitionKind::kMetric);
      EXPECT_EQ(entry.calendar != nullptr, name.kind == DefinitionKind::kCalendar);
    }
  }
  EXPECT_GT(accepted, 100) << "else this test shows nothing";
}

}  // namespace
}  // namespace kpisuite
