#include "libs/kpi/hierarchy.h"

#include "absl/strings/str_join.h"
#include "gtest/gtest.h"

namespace kpisuite {
namespace {

const absl::CivilDay kEarly(2025, 1, 1);
const absl::CivilDay kMove(2025, 4, 1);
const absl::CivilDay kLate(2025, 6, 1);

// Cities in countries in zones; Berlin moves to another zone, Basel belongs nowhere at first.
std::vector<std::shared_ptr<const Hierarchy>> Cities() {
  const auto path = [](const char* zone, const char* country) {
    return std::vector<Member>{Member::FromSource(zone), Member::FromSource(country)};
  };
  std::vector<Hierarchy::Entry> entries = {
      {"Berlin", std::nullopt, path("North", "DE")}, {"Berlin", kMove, path("East", "DE")},
      {"Bonn", std::nullopt, path("North", "DE")},   {"Bonn", kMove, path("East", "DE")},
      {"Basel", kMove, path("South", "CH")},         {"Oslo", std::nullopt, path("North", "")}};
  return {std::make_shared<const Hierarchy>("city", std::vector<std::string>{"zone", "country"},
                                            std::move(entries))};
}

Slice At(absl::string_view text) { return *Slice::Parse(text); }

std::string Shown(const std::vector<Slice>& slices) {
  return absl::StrJoin(slices, " ", [](std::string* out, const Slice& slice) {
    absl::StrAppend(out, slice.ToString());
  });
}

std::string Projected(const char* leaf, std::vector<std::string> names, absl::CivilDay day) {
  return ProjectWithLevels(Cities(), At(leaf), names, day).ToString();
}

TEST(ProjectWithLevels, TakesTheMembersOfTheDay) {
  EXPECT_EQ(Projected("city=Berlin", {"zone"}, kEarly), "zone=North");
  EXPECT_EQ(Projected("city=Berlin", {"zone"}, kMove), "zone=East");
  EXPECT_EQ(Projected("channel=web;city=Berlin", {"channel", "city", "country"}, kLate),
            "channel=web;city=Berlin;country=DE");
}

TEST(ProjectWithLevels, PutsWhoBelongsNowhereAtNull) {
  EXPECT_EQ(Projected("city=Basel", {"zone"}, kEarly), "zone=(null)");
  EXPECT_EQ(Projected("city=Oslo", {"country"}, kEarly), "country=(null)");
  EXPECT_EQ(Projected("city=Rome", {"zone"}, kEarly), "zone=(null)");
  EXPECT_EQ(Projected("city=(null)", {"zone"}, kEarly), "zone=(null)");
  EXPECT_EQ(Projected("", {"zone"}, kEarly), "zone=(null)");
}

TEST(AncestorsOf, AreNearestFirst) {
  EXPECT_EQ(Shown(AncestorsOf(Cities(), At("city=Berlin"), kEarly)), "country=DE zone=North");
  EXPECT_EQ(Shown(AncestorsOf(Cities(), At("country=DE"), kLate)), "zone=East");
  EXPECT_EQ(Shown(AncestorsOf(Cities(), At("city=Oslo"), kEarly)), "zone=North");
  EXPECT_EQ(Shown(AncestorsOf(Cities(), At("channel=web;city=Berlin"), kLate)),
            "channel=web;country=DE channel=web;zone=East");
  EXPECT_EQ(Shown(AncestorsOf(Cities(), At("channel=web"), kLate)), "");
  EXPECT_EQ(Shown(AncestorsOf(Cities(), At("zone=East"), kLate)), "");
}

TEST(SliceAbove, IsToldByMembersBelow) {
  const auto above = [](const char* slice, std::vector<std::string> names) {
    const auto found = SliceAbove(Cities(), At(slice), names, kLate);
    return found.has_value() ? found->ToString() : "none";
  };
  EXPECT_EQ(above("city=Berlin", {"zone"}), "zone=East");
  EXPECT_EQ(above("country=CH", {"zone"}), "zone=South");
  EXPECT_EQ(above("channel=web;city=Berlin", {"channel"}), "channel=web");
  EXPECT_EQ(above("city=Berlin", {}), "");
  EXPECT_EQ(above("zone=East", {"country"}), "none");
  EXPECT_EQ(above("channel=web", {"zone"}), "none");
}

TEST(WithoutLevels, KeepsTheSameSamples) {
  const std::vector<std::string> all = {"city", "country", "zone"};
  const std::vector<std::string> base = {"city"};
  for (const char* text :
       {"zone = East", "zone != East", "country in (DE, CH) && value > 1", "!(zone = North)",
        "zone = (null)", "country != (null)", "country in (DE, (null))", "zone = Mars",
        "zone != Mars || value < 3", "city = Berlin || zone = South"}) {
    const Filter filter = *Filter::Create(text, all, 0);
    for (const absl::CivilDay day : {kEarly, kLate}) {
      const absl::StatusOr<Filter> lowered = WithoutLevels(filter, Cities(), base, 0, day);
      ASSERT_TRUE(lowered.ok()) << lowered.status();
      for (const char* city :
           {"city=Berlin", "city=Basel", "city=Oslo", "city=Rome", "city=(null)", ""}) {
        const Slice with = ProjectWithLevels(Cities(), At(city), all, day);
        for (int value = 0; value < 4; ++value) {
          EXPECT_EQ(lowered->ForSeries(At(city)).Keeps(value), filter.ForSeries(with).Keeps(value))
              << text << " " << city << " " << lowered->canonical_text();
        }
      }
    }
  }
}

TEST(WithoutLevels, LeavesOtherFiltersAlone) {
  const Filter filter = *Filter::Create("city = Berlin", {"city"}, 0);
  EXPECT_EQ(WithoutLevels(filter, Cities(), {"city"}, 0, kEarly)->canonical_text(),
            "city = Berlin");
  EXPECT_TRUE(WithoutLevels(Filter(), Cities(), {"city"}, 0, kEarly)->KeepsEverything());
}

}  // namespace
}  // namespace kpisuite
