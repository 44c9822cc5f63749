#include <limits>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "libs/kpi/aggregate.h"
#include "libs/kpi/wire.h"

namespace kpisuite {
namespace {

std::vector<AggregationKind> ServedKinds() {
  std::vector<AggregationKind> kinds;
  for (int kind = 1; kind < 100; ++kind) {
    if (IsServed(static_cast<AggregationKind>(kind))) {
      kinds.push_back(static_cast<AggregationKind>(kind));
    }
  }
  return kinds;
}

Aggregate Example(AggregationKind kind, uint32_t exact_cap = kDefaultExactCap) {
  Aggregate aggregate =
      Aggregate::Create({.kind = kind, .scale = 3, .exact_cap = exact_cap}).value();
  for (int i = 0; i < 5; ++i) {
    const std::string id = absl::StrCat("sample-with-a-long-id-", i);
    EXPECT_TRUE(aggregate
                    .Add({.time_nano = i * 7,
                          .value = (i - 2) * 1000,
                          .sample_id = id,
                          .entity = i % 2 == 0 ? "ann" : "bob",
                          .weight = i,
                          .series = i < 3 ? 1 : std::numeric_limits<uint64_t>::max(),
                          .kept = i != 1})
                    .ok());
  }
  return aggregate;
}

TEST(Wire, IntegersAndTextReadBack) {
  WireWriter writer;
  const Int128 least = static_cast<Int128>(Uint128{1} << 127);
  writer.Unsigned(std::numeric_limits<uint64_t>::max());
  writer.Signed(std::numeric_limits<int64_t>::min());
  writer.WideSigned(least);
  writer.WideSigned(-(least + 1));
  writer.Text("text");
  const std::string bytes = writer.Take();
  WireReader reader(bytes);
  EXPECT_EQ(reader.Unsigned().value(), std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(reader.Signed().value(), std::numeric_limits<int64_t>::min());
  EXPECT_TRUE(reader.WideSigned().value() == least);
  EXPECT_TRUE(reader.WideSigned().value() == -(least + 1));
  EXPECT_EQ(reader.Text().value(), "text");
  EXPECT_TRUE(reader.ExpectEnd().ok());
}

TEST(Wire, RefusesVarintsThatAreNotMinimalOrTooWide) {
  EXPECT_FALSE(WireReader(absl::string_view("\x80\x00", 2)).Unsigned().ok());
  EXPECT_FALSE(WireReader("\x80").Unsigned().ok());
  EXPECT_FALSE(WireReader("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02").Unsigned().ok());
  EXPECT_TRUE(WireReader("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01").Unsigned().ok());
  EXPECT_FALSE(WireReader(std::string(30, '\xff')).WideSigned().ok());
  EXPECT_FALSE(WireReader("\x05"
                          "abc")
                   .Text()
                   .ok());
}

TEST(AggregateWire, EveryKindReadsBackToTheSameState) {
  for (const AggregationKind kind : ServedKinds()) {
    const Aggregate aggregate = Example(kind);
    const absl::StatusOr<Aggregate> parsed = Aggregate::Parse(aggregate.Serialize());
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->Serialize(), aggregate.Serialize());
    EXPECT_EQ(parsed->Finalise().value, aggregate.Finalise().value);
    EXPECT_EQ(parsed->rows(), 5u);
    EXPECT_EQ(parsed->n(), 4u);
  }
}

TEST(AggregateWire, RefusesEveryTruncationAndAppendix) {
  for (const AggregationKind kind : ServedKinds()) {
    const std::string bytes = Example(kind).Serialize();
    for (size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_EQ(Aggregate::Parse(bytes.substr(0, size)).status().code(),
                absl::StatusCode::kInvalidArgument);
    }
    EXPECT_FALSE(Aggregate::Parse(bytes + '\0').ok());
  }
}

TEST(AggregateWire, WhatIsReadFromDamagedBytesIsCanonicalAndUsable) {
  std::mt19937_64 random(7);
  const std::vector<AggregationKind> kinds = ServedKinds();
  for (int run = 0; run < 20'000; ++run) {
    std::string bytes = Example(kinds[random() % kinds.size()], 1 + random() % 4).Serialize();
    for (uint64_t flips = 1 + random() % 3; flips > 0; --flips) {
      bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
    }
    absl::StatusOr<Aggregate> parsed = Aggregate::Parse(bytes);
    if (!parsed.ok()) continue;
    ASSERT_EQ(parsed->Serialize(), bytes);
    parsed->Finalise();
    const Aggregate copy = *parsed;
    if (parsed->Merge(copy).ok()) parsed->Finalise();
    parsed->Add({.value = 1, .sample_id = "x", .entity = "y"}).IgnoreError();
    if (parsed->Remove({.value = 1, .sample_id = "x", .entity = "y"})) parsed->Finalise();
  }
}

}  // namespace
}  // namespace kpisuite
