// What the program says to somebody who calls it wrongly, or only wants to know what it is.
#include "app/command_line.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>
#include <vector>

namespace tweestap::app {
namespace {

struct Ran {
  int status = 0;
  std::string out;
  std::string err;
};

Ran run(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "tweestap");
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Ran ran;
  ran.status = run_program(static_cast<int>(arguments.size()), arguments.data());
  ran.out = testing::internal::GetCapturedStdout();
  ran.err = testing::internal::GetCapturedStderr();
  return ran;
}

// As a shell gives it to every command; nothing for one that is not there.
class Exported {
 public:
  Exported(const char* name, const char* value) : name_(name) {
    if (value == nullptr) {
      ::unsetenv(name);
    } else {
      ::setenv(name, value, 1);
    }
  }
  ~Exported() { ::unsetenv(name_); }
  Exported(const Exported&) = delete;
  Exported& operator=(const Exported&) = delete;

 private:
  const char* name_;
};

constexpr const char* kCommands =
    "serve, events, history, state, projections, api-key, policy, config, consume, kafka, detect\n";

TEST(CommandLine, AnUnknownCommandHearsWhichThereAre) {
  const Ran far = run({"nope"});
  EXPECT_EQ(far.status, 2);
  EXPECT_EQ(far.out, "");
  EXPECT_EQ(far.err, std::string{"tweestap: there is no command \"nope\". There are: "} + kCommands +
                         "Run `tweestap --help` for more.\n");
  EXPECT_TRUE(run({"event"}).err.starts_with("tweestap: there is no command \"event\"; did you mean events? There"));
  EXPECT_EQ(run({"api-key", "lst"}).err,
            "tweestap: there is no command \"lst\"; did you mean list? There are: create, list, revoke\n"
            "Run `tweestap api-key --help` for more.\n");
}

TEST(CommandLine, NoCommandAtAllHearsWhichThereAre) {
  for (const std::vector<const char*>& typed : {std::vector<const char*>{}, {"--json"}}) {
    const Ran ran = run(typed);
    EXPECT_EQ(ran.status, 2);
    EXPECT_TRUE(ran.err.starts_with(std::string{"tweestap: which command? There are: "} + kCommands)) << ran.err;
  }
  EXPECT_TRUE(run({"projections"}).err.starts_with("tweestap: which command? There are: list, rebuild\n"));
  EXPECT_TRUE(run({"--foo"}).err.starts_with("tweestap: --foo does not stand before a command. There are: serve,"));
}

TEST(CommandLine, AnUnknownFlagNamesTheHelpOfItsCommand) {
  const Ran ran = run({"events", "--nope"});
  EXPECT_EQ(ran.status, 2);
  EXPECT_NE(ran.err.find("--nope"), std::string::npos);
  EXPECT_NE(ran.err.find("tweestap events --help"), std::string::npos);
}

// With --url as well: nobody is asked, and nobody could be.
TEST(CommandLine, ANumberIsAWholeNumber) {
  for (const char* odd : {"-1", "x", "1x", "1.5", "18446744073709551616", "+1", " 1", "0x10"}) {
    const Ran ran = run({"events", "--after", odd, "--url", "http://127.0.0.1:1"});
    EXPECT_EQ(ran.status, 2) << odd;
    EXPECT_NE(ran.err.find("--after"), std::string::npos) << ran.err;
  }
  EXPECT_EQ(run({"events", "--after", "18446744073709551615", "--data", "/not/there"}).status, 3);
  EXPECT_EQ(run({"events", "--after", "0", "--data", "/not/there"}).status, 3);
}

TEST(CommandLine, AnUnknownTypeOfEventNamesTheNearest) {
  const Ran near = run({"events", "--type", "login.complete", "--url", "http://127.0.0.1:1"});
  EXPECT_EQ(near.status, 2);
  EXPECT_EQ(near.err, "tweestap: there is no type of event \"login.complete\"; did you mean login.completed?\n");
  EXPECT_EQ(run({"events", "--type", "zzzzzzzzzzzzzzzz", "--data", "/not/there"}).status, 2);
  EXPECT_EQ(run({"events", "--type", "login.completed", "--data", "/not/there"}).status, 3);
}

TEST(CommandLine, SaysItsVersionAndAsJsonToPrograms) {
  const Ran text = run({"--version"});
  EXPECT_EQ(text.status, 0);
  EXPECT_TRUE(text.out.starts_with("tweestap 0.")) << text.out;
  for (const auto& typed : {std::vector<const char*>{"--version", "--json"}, {"--json", "--version"}}) {
    const Ran json = run(typed);
    EXPECT_EQ(json.status, 0);
    EXPECT_TRUE(json.out.starts_with(R"({"version":"0.)")) << json.out;
    EXPECT_TRUE(json.out.ends_with("\"}\n")) << json.out;
  }
}

TEST(KafkaFlags, NameBrokersAndATopicThatCanBeBeforeAnybodyIsAsked) {
  const auto refusal = [](std::vector<const char*> command, const std::vector<const char*>& flags) {
    command.insert(command.end(), flags.begin(), flags.end());
    const Ran ran = run(command);
    EXPECT_EQ(ran.status, 2);
    EXPECT_EQ(ran.out, "");
    return ran.err;
  };
  for (const auto& command : {std::vector<const char*>{"consume"}, {"kafka", "create-topic"}}) {
    EXPECT_NE(refusal(command, {}).find("which brokers?"), std::string::npos) << command.back();
    const std::string refused = refusal(command, {"--kafka", "127.0.0.1:1", "--kafka-topic", "two words"});
    EXPECT_NE(refused.find("kafka.topic is no topic's name"), std::string::npos) << refused;
  }
}

TEST(Consume, SaysWhatItNeedsBeforeItAsksAnybody) {
  const auto refusal = [](std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "consume");
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.status, 2);
    EXPECT_EQ(ran.out, "");
    return ran.err;
  };
  EXPECT_NE(refusal({}).find("which brokers?"), std::string::npos);
  for (const auto* format : {"xml", "", "CEF", "json,cef"}) {
    EXPECT_NE(refusal({"--kafka", "127.0.0.1:1", "--format", format}).find("text, json, ocsf, ecs or cef"),
              std::string::npos)
        << format;
  }
}

// Which key is judged before the brokers, which are left out here: who is asked for them has passed it.
TEST(Consume, TakesUrlAndKeyAsEveryCommandDoes) {
  constexpr const char* kUrl = "https://staff.example.org";
  const auto said = [](std::vector<const char*> arguments, const char* url, const char* key) {
    const Exported exported_url{"TWEESTAP_URL", url};
    const Exported exported_key{"TWEESTAP_API_KEY", key};
    arguments.insert(arguments.begin(), "consume");
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.status, 2);
    return ran.err;
  };
  for (const char* none : {static_cast<const char*>(nullptr), ""}) {
    const std::string refused = said({"--url", kUrl}, nullptr, none);
    EXPECT_NE(refused.find("TWEESTAP_API_KEY"), std::string::npos) << refused;
    EXPECT_NE(refused.find("--api-key-file"), std::string::npos) << refused;
    // What is typed is meant, also where it is what is exported.
    EXPECT_EQ(said({"--url", kUrl}, kUrl, none), refused);
    // What is only exported is meant for others: it goes on without.
    EXPECT_NE(said({}, kUrl, none).find("which brokers?"), std::string::npos);
  }
  EXPECT_NE(said({"--url", kUrl}, nullptr, "key_x").find("which brokers?"), std::string::npos);
  EXPECT_NE(said({"--url", kUrl, "--api-key-file", "key"}, nullptr, nullptr).find("which brokers?"), std::string::npos);
  EXPECT_NE(said({}, kUrl, "key_x").find("which brokers?"), std::string::npos);
}

// At the start, before any broker is asked: there is none here.
TEST(Consume, NoticesAKeysFileThatIsNotThereOrForNothing) {
  const auto said = [](std::vector<const char*> more, const char* url) {
    const Exported exported_url{"TWEESTAP_URL", url};
    const Exported no_key{"TWEESTAP_API_KEY", nullptr};
    std::vector<const char*> arguments{"consume", "--kafka", "127.0.0.1:1", "--api-key-file", "/not/there"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.status, 2);
    EXPECT_EQ(ran.out, "");
    return ran.err;
  };
  constexpr const char* kUrl = "https://staff.example.org";
  for (const std::string& refused : {said({"--url", kUrl}, nullptr), said({}, kUrl)}) {
    EXPECT_NE(refused.find("cannot be read"), std::string::npos) << refused;
    EXPECT_NE(refused.find("/not/there"), std::string::npos) << refused;
  }
  EXPECT_NE(said({}, nullptr).find("for nothing without --url"), std::string::npos);
}

// To every command but the one above: an answer from another place than the one that was meant is worse than none.
TEST(CommandLine, AnExportedUrlIsAUrl) {
  const Exported exported{"TWEESTAP_URL", "http://127.0.0.1:1"};
  const Exported key{"TWEESTAP_API_KEY", "key_x"};
  const Ran folder_only = run({"projections", "rebuild"});
  EXPECT_EQ(folder_only.status, 2);
  EXPECT_NE(folder_only.err.find("TWEESTAP_URL"), std::string::npos) << folder_only.err;
  EXPECT_EQ(run({"events"}).status, 4);
  const Exported empty{"TWEESTAP_URL", ""};
  EXPECT_EQ(run({"events", "--data", "/not/there"}).status, 3);
}

}  // namespace
}  // namespace tweestap::app
