#include "services/kpictl/commands/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "services/kpictl/commands/exit_code.h"
#include "services/kpictl/commands/fake_services_for_test.h"
#include "services/kpictl/commands/kind_argument.h"

namespace kpisuite {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(CommandLine, UnknownFlagsAreRefusedWithASuggestion) {
  FakeSuite suite;
  const RunResult result = suite.Run({"apply", "--fiel", "x"});
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, StartsWith("kpictl: unknown flag --fiel, did you mean \"--file\"?\n"));
  EXPECT_THAT(suite.Run({"list", "--worksapce=a"}).err, HasSubstr("\"--workspace\"?"));
}

TEST(CommandLine, UnknownCommandsAreRefusedWithASuggestion) {
  FakeSuite suite;
  const RunResult result = suite.Run({"scorecrad"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("unknown command \"scorecrad\", did you mean \"scorecard\"?"));
}

TEST(CommandLine, WrongSharedOptionsAreUsageErrors) {
  FakeSuite suite;
  EXPECT_EQ(suite.Run({"list", "-o", "xml"}).code, 2);
  EXPECT_EQ(suite.Run({"list", "--workspace", "No Way"}).code, 2);
  EXPECT_EQ(suite.Run({"list", "--timeout", "soon"}).code, 2);
  EXPECT_EQ(suite.Run({"list", "--color", "pink"}).code, 2);
  EXPECT_EQ(suite.Run({"version", "extra"}).code, 2);
  EXPECT_EQ(suite.Run({}).code, 2);
}

TEST(CommandLine, EveryCommandHasHelpWithAnExample) {
  FakeSuite suite;
  const RunResult overview = suite.Run({"--help"});
  EXPECT_EQ(overview.code, 0);
  for (const char* command : {"apply", "diff", "check", "get", "list", "describe", "delete",
                              "write", "import", "scorecard", "states", "history", "explain",
                              "watch", "wait", "schema", "version", "info", "completion"}) {
    EXPECT_THAT(overview.out, HasSubstr(command));
    const RunResult help = suite.Run({command, "--help"});
    EXPECT_EQ(help.code, 0) << command;
    EXPECT_EQ(help.err, "") << command;
    EXPECT_THAT(help.out, HasSubstr("Example:\n  ")) << command;
    EXPECT_THAT(help.out, HasSubstr(std::string("Usage: kpictl ") + command));
  }
}

TEST(CommandLine, FlagsWinOverVariablesAndOneServiceOverAll) {
  FakeSuite suite;
  const std::string gone = "127.0.0.1:1";
  const std::string definition = "--definition=" + suite.address();
  const auto code = [&](const std::vector<std::string>& flags) {
    std::vector<std::string> arguments = {"list", "kpis", "--timeout=5s"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    return suite.RunWithoutServer(arguments).code;
  };
  EXPECT_EQ(code({"--server=" + gone}), 7);
  EXPECT_EQ(code({"--server=" + gone, definition}), 0);
  EXPECT_EQ(code({"--server=" + suite.address(), "--definition=" + gone}), 7);
  setenv("KPI_SERVER", gone.c_str(), 1);
  EXPECT_EQ(code({}), 7);
  EXPECT_EQ(code({definition}), 0);
  setenv("KPI_DEFINITION", suite.address().c_str(), 1);
  EXPECT_EQ(code({}), 0);
  EXPECT_EQ(code({"--server=" + gone}), 7);
  unsetenv("KPI_DEFINITION");
  unsetenv("KPI_SERVER");
}

TEST(CommandLine, AServiceThatIsGoneIsExitCodeSeven) {
  FakeSuite suite;
  suite.Stop();
  const RunResult result = suite.Run({"list", "kpis"});
  EXPECT_EQ(result.code, 7);
  EXPECT_THAT(result.err, StartsWith("kpictl: the definition service at 127.0.0.1:"));
}

TEST(CommandLine, SharedOptionsMayStandBeforeTheCommand) {
  FakeSuite suite;
  EXPECT_EQ(suite.Run({"-o", "json", "list"}).out, "[]\n");
}

TEST(ExitCode, FollowsTheStatus) {
  EXPECT_EQ(ExitCodeFor(absl::OkStatus()), ExitCode::kOk);
  EXPECT_EQ(ExitCodeFor(absl::NotFoundError("")), ExitCode::kNotFound);
  EXPECT_EQ(ExitCodeFor(absl::PermissionDeniedError("")), ExitCode::kAuthentication);
  EXPECT_EQ(ExitCodeFor(absl::UnauthenticatedError("")), ExitCode::kAuthentication);
  EXPECT_EQ(ExitCodeFor(absl::AbortedError("")), ExitCode::kConflict);
  EXPECT_EQ(ExitCodeFor(absl::FailedPreconditionError("")), ExitCode::kConflict);
  EXPECT_EQ(ExitCodeFor(absl::InvalidArgumentError("")), ExitCode::kValidation);
  EXPECT_EQ(ExitCodeFor(absl::UnavailableError("")), ExitCode::kUnavailable);
  EXPECT_EQ(ExitCodeFor(absl::UnimplementedError("")), ExitCode::kFailure);
}

TEST(ParseKind, TakesSingularPluralAndShortNames) {
  for (const char* text : {"kpi", "kpis", "KPI", "k"}) {
    EXPECT_EQ((*ParseKind(text))->collection, "kpis") << text;
  }
  for (const char* text : {"alertrule", "alert-rules", "AlertRule", "ar"}) {
    EXPECT_EQ((*ParseKind(text))->collection, "alertRules") << text;
  }
  EXPECT_EQ(ParseKind("metrix").status().message(),
            "unknown kind \"metrix\", did you mean \"metrics\"?");
}

TEST(ParseResourceArguments, TakesEveryForm) {
  const std::vector<std::string> want = {"workspaces/w/kpis/a"};
  EXPECT_EQ(*ParseResourceArguments({"kpi", "a"}, "w"), want);
  EXPECT_EQ(*ParseResourceArguments({"kpis/a"}, "w"), want);
  EXPECT_EQ(*ParseResourceArguments({"workspaces/w/kpis/a"}, "other"), want);
  EXPECT_FALSE(ParseResourceArguments({"kpi", "A B"}, "w").ok());
  EXPECT_FALSE(ParseResourceArguments({"workspaces/w/things/a"}, "w").ok());
  EXPECT_FALSE(ParseKpiArgument("metrics/a", "w").ok());
}

TEST(InfoCommands, AnswerWithoutAndWithServers) {
  FakeSuite suite;
  EXPECT_THAT(suite.Run({"version"}).out, StartsWith("kpictl "));
  EXPECT_THAT(suite.Run({"info"}).out, HasSubstr("kpi-definition"));
  suite.Stop();
  EXPECT_EQ(suite.Run({"version"}).code, 0);
  EXPECT_EQ(suite.Run({"info"}).code, 7);
}

TEST(SchemaCommand, PrintsTheSchema) {
  FakeSuite suite;
  EXPECT_TRUE(nlohmann::json::parse(suite.Run({"schema"}).out).contains("$defs"));
}

TEST(CompletionCommand, KnowsCommandsAndFlags) {
  FakeSuite suite;
  EXPECT_THAT(suite.Run({"completion", "bash"}).out, HasSubstr("complete -F _kpictl kpictl"));
  EXPECT_THAT(suite.Run({"completion", "zsh"}).out, StartsWith("#compdef kpictl"));
  EXPECT_THAT(suite.Run({"completion", "fish"}).out, HasSubstr("-a scorecard"));
  EXPECT_THAT(suite.Run({"completion", "bash"}).out, HasSubstr("--owned-set"));
  EXPECT_EQ(suite.Run({"completion", "tcsh"}).code, 2);
}

}  // namespace
}  // namespace kpisuite
