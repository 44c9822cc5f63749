// What every engine of the definition store promises.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/postgres/test_server.h"
#include "libs/storage/test_directory.h"
#include "services/definition/postgres_definition_store.h"
#include "services/definition/sqlite_definition_store.h"

namespace kpisuite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);
constexpr size_t kMany = size_t{1} << 20;

v1::Definition Revision(const std::string& path, int64_t revision, bool deleted = false) {
  v1::Definition definition;
  definition.set_name("workspaces/w/" + path);
  definition.set_revision(revision);
  definition.set_deleted(deleted);
  return definition;
}

AppliedSet Set(int64_t position, std::vector<v1::Definition> revisions) {
  return {position, kNow + absl::Seconds(position), std::move(revisions)};
}

// "path@revision" of each.
std::vector<std::string> Names(const std::vector<v1::Definition>& definitions) {
  std::vector<std::string> names;
  for (const v1::Definition& one : definitions) {
    names.push_back(
        absl::StrCat(one.name().substr(sizeof("workspaces/w/") - 1), "@", one.revision()));
  }
  return names;
}

class DefinitionStoreContract : public testing::TestWithParam<std::string> {
 protected:
  DefinitionStoreContract() {
    if (GetParam() == "postgres") target_ = PostgresTestServer::Shared().NewDatabase().value();
    Open();
  }

  // Opens the store again, as a restarted process does.
  void Open() {
    store_.reset();
    if (GetParam() == "postgres") {
      store_ = PostgresDefinitionStore::Create(target_).value();
    } else {
      store_ = SqliteDefinitionStore::Create(directory_.path()).value();
    }
  }

  void Commit(AppliedSet set) {
    const absl::Status committed = store_->Commit(set, std::nullopt, kNow);
    ASSERT_TRUE(committed.ok()) << committed;
  }

  TestDirectory directory_;
  PostgresTarget target_;
  std::unique_ptr<DefinitionStore> store_;
};

INSTANTIATE_TEST_SUITE_P(Engines, DefinitionStoreContract, testing::Values("sqlite", "postgres"),
                         [](const auto& info) { return info.param; });

TEST_P(DefinitionStoreContract, ANewStoreIsAtItsCreationAndKeepsItsLife) {
  EXPECT_EQ(store_->engine(), GetParam());
  EXPECT_EQ(store_->LastPosition().value(), 1);
  EXPECT_THAT(store_->Load()->live, IsEmpty());
  EXPECT_THAT(store_->ReadSets(0, kMany).value(), IsEmpty());
  const int64_t life = store_->incarnation();
  EXPECT_GT(life, 0);
  Open();
  EXPECT_EQ(store_->incarnation(), life);
  EXPECT_EQ(store_->LastPosition().value(), 1);
}

TEST_P(DefinitionStoreContract, LiveDefinitionsAreTheLastRevisionsAndDeletedMetricsAreKnown) {
  Commit(Set(2, {Revision("metrics/a", 1), Revision("metrics/b", 1), Revision("kpis/k", 1)}));
  Commit(Set(3, {Revision("metrics/a", 2), Revision("metrics/b", 2, true)}));
  Commit(Set(4, {Revision("kpis/k", 2, true), Revision("kpis/l", 1)}));
  Open();
  const StoredDefinitions stored = store_->Load().value();
  EXPECT_EQ(stored.position, 4);
  EXPECT_THAT(Names(stored.live), testing::UnorderedElementsAre("metrics/a@2", "kpis/l@1"));
  EXPECT_THAT(Names(stored.deleted_metrics), ElementsAre("metrics/b@2"));
}

TEST_P(DefinitionStoreContract, TheLogGivesWholeSetsInOrderUntilTheBytesAreFull) {
  Commit(Set(2, {Revision("metrics/b", 1), Revision("metrics/a", 1)}));
  Commit(Set(3, {Revision("metrics/b", 2)}));
  const auto all = store_->ReadSets(1, kMany).value();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].position, 2);
  EXPECT_EQ(all[0].commit_time, kNow + absl::Seconds(2));
  EXPECT_THAT(Names(all[0].revisions), ElementsAre("metrics/b@1", "metrics/a@1"));
  const auto first = store_->ReadSets(1, 1).value();
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].revisions.size(), 2u);
  EXPECT_EQ(store_->ReadSets(2, kMany)->size(), 1u);
  EXPECT_THAT(store_->ReadSets(3, kMany).value(), IsEmpty());
}

TEST_P(DefinitionStoreContract, APositionThatDoesNotFollowStoresNothing) {
  EXPECT_EQ(store_->Commit(Set(3, {Revision("metrics/a", 1)}), std::nullopt, kNow).code(),
            absl::StatusCode::kInternal);
  Commit(Set(2, {Revision("metrics/a", 1)}));
  EXPECT_FALSE(store_->Commit(Set(2, {Revision("metrics/b", 1)}), std::nullopt, kNow).ok());
  EXPECT_EQ(store_->LastPosition().value(), 2);
  EXPECT_THAT(Names(store_->Load()->live), ElementsAre("metrics/a@1"));
}

TEST_P(DefinitionStoreContract, AnswersAreRememberedForADay) {
  const LedgerEntry entry{"w", "r1", std::string("\0f", 2), std::string("\0a", 2)};
  ASSERT_TRUE(store_->Commit(Set(2, {Revision("metrics/a", 1)}), entry, kNow).ok());
  const auto found = store_->FindRequest("w", "r1", kNow + absl::Hours(23)).value();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->fingerprint, entry.fingerprint);
  EXPECT_EQ(found->response, entry.response);
  EXPECT_FALSE(store_->FindRequest("x", "r1", kNow).value().has_value());
  EXPECT_FALSE(store_->FindRequest("w", "r1", kNow + absl::Hours(25)).value().has_value());
  // A set without revisions stores its entry alone, and old ones make room.
  const absl::Time later = kNow + absl::Hours(25);
  ASSERT_TRUE(store_->Commit(Set(0, {}), entry, later).ok());
  EXPECT_EQ(store_->LastPosition().value(), 2);
  EXPECT_TRUE(store_->FindRequest("w", "r1", later).value().has_value());
}

TEST_P(DefinitionStoreContract, RevisionsComeNewestFirstInPages) {
  for (int64_t revision = 1; revision <= 4; ++revision) {
    Commit(Set(revision + 1, {Revision("metrics/a", revision)}));
  }
  const ResourceName name = ResourceName::Parse("workspaces/w/metrics/a").value();
  EXPECT_THAT(Names(store_->ReadRevisions(name, 4, 2, kMany).value()),
              ElementsAre("metrics/a@3", "metrics/a@2"));
  EXPECT_THAT(Names(store_->ReadRevisions(name, 100, 9, 1).value()), ElementsAre("metrics/a@4"));
  EXPECT_EQ(store_->ReadRevision(name, 2).value()->revision(), 2);
  EXPECT_FALSE(store_->ReadRevision(name, 5).value().has_value());
  const ResourceName other = ResourceName::Parse("workspaces/w/metrics/b").value();
  EXPECT_THAT(store_->ReadRevisions(other, 100, 9, kMany).value(), IsEmpty());
  EXPECT_THAT(store_->LastRevisions({other, name}).value(), ElementsAre(testing::Pair(name, 4)));
  EXPECT_THAT(store_->LastRevisions({}).value(), IsEmpty());
}

}  // namespace
}  // namespace kpisuite
