#include "libs/cache/redis_connection.h"

#include <chrono>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/cache/state_encoding.h"

namespace kpisuite {
namespace {

std::string Format(const std::vector<RedisCommand>& commands) {
  std::string request;
  for (const RedisCommand& command : commands) {
    std::vector<const char*> arguments;
    std::vector<size_t> sizes;
    for (const absl::string_view argument : command) {
      arguments.push_back(argument.data());
      sizes.push_back(argument.size());
    }
    char* formatted = nullptr;
    const int size = redisFormatCommandArgv(&formatted, static_cast<int>(command.size()),
                                            arguments.data(), sizes.data());
    if (size > 0) request.append(formatted, static_cast<size_t>(size));
    redisFreeCommand(formatted);
  }
  return request;
}

absl::string_view TextOf(const redisReply& reply) { return {reply.str, reply.len}; }

absl::Status CheckMaster(const redisReply& role) {
  if (role.type != REDIS_REPLY_ARRAY || role.elements == 0 ||
      role.element[0]->type != REDIS_REPLY_STRING) {
    return RedisGarbled();
  }
  if (TextOf(*role.element[0]) == "master") return absl::OkStatus();
  return CacheUnavailable("NOT_READY", "the server of the cache is not a master");
}

}  // namespace

RedisAccess AccessOf(const CacheAddress& address) {
  RedisAccess access = {address.user, address.password, address.database};
  if (address.tls) {
    access.tls = std::make_shared<RedisTls>(
        TlsFiles{address.ca_file, address.certificate_file, address.key_file});
  }
  return access;
}

RedisConnection::RedisConnection(std::unique_ptr<RedisTransport> transport)
    : transport_(std::move(transport)), reader_(redisReaderCreate()) {}

RedisConnection::~RedisConnection() { redisReaderFree(reader_); }

absl::StatusOr<std::unique_ptr<RedisConnection>> RedisConnection::Connect(
    const RedisEndpoint& endpoint, const RedisAccess& access, RedisDeadline deadline) {
  std::unique_ptr<RedisTransport> transport;
  if (access.tls != nullptr) {
    ASSIGN_OR_RETURN(transport, access.tls->Connect(endpoint, deadline));
  } else {
    ASSIGN_OR_RETURN(Socket socket, ConnectSocket(endpoint, deadline));
    transport = PlainTransport(std::move(socket));
  }
  std::unique_ptr<RedisConnection> connection(new RedisConnection(std::move(transport)));
  RETURN_IF_ERROR(connection->Login(access, deadline));
  return connection;
}

absl::Status RedisConnection::Login(const RedisAccess& access, RedisDeadline deadline) {
  std::vector<RedisCommand> commands;
  if (!access.password.empty() && access.user.empty()) {
    commands.push_back({"AUTH", access.password});
  } else if (!access.password.empty()) {
    commands.push_back({"AUTH", access.user, access.password});
  }
  const std::string database = absl::StrCat(access.database);
  if (access.database != 0) commands.push_back({"SELECT", database});
  if (access.only_master) commands.push_back({"ROLE"});
  if (commands.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const RedisReplies replies, Run(commands, deadline));
  for (const RedisReply& reply : replies) {
    if (reply->type == REDIS_REPLY_ERROR) return RedisError(*reply);
  }
  return access.only_master ? CheckMaster(*replies.back()) : absl::OkStatus();
}

absl::StatusOr<RedisReplies> RedisConnection::Run(const std::vector<RedisCommand>& commands,
                                                  RedisDeadline deadline) {
  std::vector<RedisExchange> exchanges;
  exchanges.push_back({this, &commands, RedisReplies()});
  RunExchanges(exchanges, deadline);
  return std::move(exchanges[0].replies);
}

void RedisConnection::Begin(const std::vector<RedisCommand>& commands) {
  request_ = Format(commands);
  sent_ = 0;
  wanted_ = commands.size();
  replies_.clear();
}

absl::StatusOr<bool> RedisConnection::Step() {
  // Reads while it writes: replies of a long pipeline would fill the buffers of both sides.
  bool moved = false;
  if (sent_ < request_.size()) {
    ASSIGN_OR_RETURN(const size_t sent,
                     transport_->Send(absl::string_view(request_).substr(sent_)));
    sent_ += sent;
    moved = sent > 0;
  }
  char buffer[64 << 10];
  ASSIGN_OR_RETURN(const size_t received, transport_->Receive(buffer, sizeof(buffer)));
  if (received == 0) return moved;
  redisReaderFeed(reader_, buffer, received);
  RETURN_IF_ERROR(TakeReplies());
  return true;
}

absl::Status RedisConnection::TakeReplies() {
  while (!done()) {
    void* reply = nullptr;
    if (redisReaderGetReply(reader_, &reply) != REDIS_OK) {
      LogWarning("redis reply garbled", {{"error", reader_->errstr}});
      return RedisGarbled();
    }
    if (reply == nullptr) break;
    replies_.emplace_back(static_cast<redisReply*>(reply));
  }
  return absl::OkStatus();
}

void RunExchanges(std::vector<RedisExchange>& exchanges, RedisDeadline deadline) {
  std::vector<RedisExchange*> open;
  for (RedisExchange& exchange : exchanges) {
    exchange.connection->Begin(*exchange.commands);
    open.push_back(&exchange);
  }
  while (!open.empty()) {
    bool moved = false;
    std::vector<RedisExchange*> unfinished;
    for (RedisExchange* exchange : open) {
      RedisConnection& connection = *exchange->connection;
      const absl::StatusOr<bool> step = connection.Step();
      if (!step.ok()) {
        exchange->replies = step.status();
      } else if (connection.done()) {
        exchange->replies = std::exchange(connection.replies_, {});
        connection.request_ = std::string();
      } else {
        unfinished.push_back(exchange);
        moved = moved || *step;
      }
    }
    open.swap(unfinished);
    // A server that trickles has the same deadline.
    if (open.empty() || (moved && std::chrono::steady_clock::now() < deadline)) continue;
    std::vector<pollfd> awaited;
    for (const RedisExchange* exchange : open) awaited.push_back(exchange->connection->Awaited());
    if (const absl::Status ready = WaitForAny(std::move(awaited), deadline); !ready.ok()) {
      for (RedisExchange* exchange : open) exchange->replies = ready;
      return;
    }
  }
}

bool IsRedisError(const redisReply& reply, absl::string_view code) {
  return reply.type == REDIS_REPLY_ERROR && absl::StartsWith(TextOf(reply), code);
}

bool IsRedisNotReady(const redisReply& reply) {
  for (const absl::string_view code :
       {"LOADING", "CLUSTERDOWN", "TRYAGAIN", "MASTERDOWN", "NOREPLICAS"}) {
    if (IsRedisError(reply, code)) return true;
  }
  // Also inside the error of a script.
  return reply.type == REDIS_REPLY_ERROR && absl::StrContains(TextOf(reply), "READONLY");
}

absl::Status RedisNotReady() {
  return CacheUnavailable("NOT_READY", "the cache is loading, failing over or moving data");
}

absl::Status RedisError(const redisReply& reply) {
  const absl::string_view text = TextOf(reply);
  LogWarning("redis refused a command", {{"error", text.substr(0, 256)}});
  for (const absl::string_view refusal : {"NOAUTH", "WRONGPASS", "ERR AUTH", "ERR invalid password",
                                          "ERR Protocol error: unauthenticated"}) {
    if (!absl::StartsWith(text, refusal)) continue;
    return CacheUnavailable("AUTH", "the cache refused the password, or wants one");
  }
  // What the user of a script may not do is said without a code.
  if (absl::StartsWith(text, "NOPERM") || absl::StrContains(text, "user executing the script")) {
    return CacheUnavailable("AUTH", "the user of the cache lacks a right");
  }
  if (absl::StrContains(text, "WRONGTYPE")) {
    return CacheUnavailable("WRONG_TYPE", "a key of the cache holds a value of somebody else");
  }
  if (IsRedisNotReady(reply)) return RedisNotReady();
  return CacheUnavailable("REFUSED", "the cache refused a command");
}

absl::Status RedisGarbled() {
  return CacheUnavailable("GARBLED", "the cache does not answer like a Redis");
}

}  // namespace kpisuite
