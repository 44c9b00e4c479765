#include <limits>
#include <type_traits>

#include "platform/settings/description.h"

namespace tweestap::platform {
namespace {

using S = Settings;
using D = SettingDescription;

D integer(std::string_view name, std::int64_t S::*member, std::int64_t least, std::int64_t most,
          std::string_view meaning) {
  return {name, SettingType::Integer, member, least, most, {}, meaning};
}

D duration(std::string_view name, std::int64_t S::*member, std::int64_t least_s, std::int64_t most_s,
           std::string_view meaning) {
  return {name, SettingType::Duration, member, least_s, most_s, {}, meaning};
}

D size(std::string_view name, std::int64_t S::*member, std::int64_t least_bytes, std::int64_t most_bytes,
       std::string_view meaning) {
  return {name, SettingType::Size, member, least_bytes, most_bytes, {}, meaning};
}

D text(std::string_view name, std::string S::*member, std::int64_t bytes_max, std::string_view meaning) {
  return {name, SettingType::Text, member, 0, bytes_max, {}, meaning};
}

D choice(std::string_view name, std::string S::*member, std::vector<std::string_view> choices,
         std::string_view meaning) {
  return {name, SettingType::Text, member, 0, 64, std::move(choices), meaning};
}

D list(std::string_view name, std::vector<std::string> S::*member, std::int64_t entries_max, std::string_view meaning) {
  return {name, SettingType::List, member, 0, entries_max, {}, meaning};
}

D secret(std::string_view name, Secret S::*member, std::int64_t bytes_max, std::string_view meaning) {
  return {name, SettingType::Secret, member, 0, bytes_max, {}, meaning};
}

D masked(Masking masking, D description) {
  description.masking = masking;
  return description;
}

D table(std::string_view name, std::vector<std::string> S::*member, std::int64_t entries_max,
        std::string_view meaning) {
  return masked(Masking::TableValues, {name, SettingType::Table, member, 0, entries_max, {}, meaning});
}

constexpr std::int64_t kMinute = S::kMinute;
constexpr std::int64_t kHour = S::kHour;
constexpr std::int64_t kDay = S::kDay;
constexpr std::int64_t kMiB = S::kMiB;
constexpr std::int64_t kGiB = 1024 * kMiB;
constexpr std::int64_t kPathBytes = 4096;  // PATH_MAX

std::vector<D> front_door() {
  return {
      text("http.public", &S::http_public, 256, "Address and port of the public listener; port 0 picks one."),
      text("http.staff", &S::http_staff, 256, "Address and port of the staff listener; port 0 picks one."),
      text("http.public_origin", &S::http_public_origin, 256,
           "Origin under which browsers see the public listener, such as https://login.example.org; empty: its own "
           "address."),
      text("http.staff_origin", &S::http_staff_origin, 256,
           "Origin under which browsers see the staff listener; empty: its own address."),
      list("http.proxies", &S::http_proxies, 64,
           "Addresses or networks of the proxies whose forwarding header is believed."),
      text("http.forwarded_header", &S::http_forwarded_header, 64,
           "The one header in which a configured proxy names the caller's address."),
      integer("http.public_connections", &S::http_public_connections, 8, 16'384,
              "Connections that the public listener serves at a time."),
      integer("http.staff_connections", &S::http_staff_connections, 8, 4096,
              "Connections that the staff listener serves at a time."),
      integer("http.feed_readers", &S::http_feed_readers, 1, 1024,
              "Readers of the feed that wait at a time; a further one is answered at once."),
      duration("http.head_timeout", &S::http_head_timeout_s, 1, kMinute,
               "How long the head of a request may take to arrive."),
      duration("http.body_timeout", &S::http_body_timeout_s, 1, 5 * kMinute,
               "How long the body of a request may take to arrive."),
      duration("http.keep_alive", &S::http_keep_alive_s, 1, 10 * kMinute,
               "How long a connection without a request stays open."),
      duration("http.drain", &S::http_drain_s, 1, kMinute,
               "How long requests may take to finish after a stop was asked for."),
      duration("http.answers_kept", &S::http_answers_kept_s, kMinute, 7 * kDay,
               "How long the answer to a request with an Idempotency-Key is kept."),
      integer("http.answers_max", &S::http_answers_max, 1000, 10'000'000,
              "Answers kept for Idempotency-Keys; beyond it the oldest go first."),
  };
}

std::vector<D> store_and_keys() {
  return {
      text("storage.data", &S::storage_data, kPathBytes, "The data folder; created with mode 0700."),
      size("storage.reserve", &S::storage_reserve_bytes, kMiB, 1024 * kGiB,
           "Below this much free space commands are refused; they are taken again above twice as much. At least four "
           "times storage.wal."),
      size("storage.wal", &S::storage_wal_bytes, 256 * S::kKiB, 64 * kGiB,
           "Size of the write-ahead log at which tables are written."),
      size("storage.cache", &S::storage_cache_bytes, kMiB, 256 * kGiB, "Memory for blocks read from disk."),
      integer("storage.accounts_cached", &S::storage_accounts_cached, 100, 100'000'000,
              "Decoded account states kept in memory by the committer."),
      integer("storage.queue", &S::storage_queue, 16, 1'000'000,
              "Commands that wait for the committer; a further one hears 503."),
      duration("storage.command_deadline", &S::storage_command_deadline_s, 1, kMinute,
               "How long a command may wait to be stored."),
      secret("keys.kek", &S::keys_kek, 128,
             "The key-encryption key, 32 bytes as 43 characters of base64url or 64 hexadecimal digits; not set: the "
             "systemd credential tweestap.kek, or the file kek in the data folder, which the first start creates."),
  };
}

std::vector<D> passwords() {
  return {
      size("password.argon2_memory", &S::password_argon2_memory_bytes, 19 * kMiB, 256 * kMiB,
           "Memory of one Argon2id hash (RFC 9106)."),
      integer("password.argon2_iterations", &S::password_argon2_iterations, 2, 10, "Passes of one Argon2id hash."),
      integer("password.argon2_parallelism", &S::password_argon2_parallelism, 1, 4,
              "Lanes of one Argon2id hash; they are computed by one thread."),
      integer("password.length_min", &S::password_length_min, 8, 64,
              "Shortest new password, in code points after NFC."),
      integer("password.length_max", &S::password_length_max, 64, 1024, "Longest password, in code points after NFC."),
      text("password.blocklist", &S::password_blocklist, kPathBytes,
           "File of breached passwords: sorted SHA-1 hashes or plain lines; empty: the small list of the program."),
      integer("password.hash_workers", &S::password_hash_workers, 0, 1024,
              "Threads that hash passwords and recovery codes; 0: one a core."),
      integer("password.hash_queue", &S::password_hash_queue, 4, 4096,
              "Hashes that wait for a thread; a further one hears 503. Recovery codes take at most a quarter."),
  };
}

std::vector<D> logins_and_sessions() {
  return {
      duration("login.lifetime", &S::login_lifetime_s, kMinute, kHour, "How long a login waits for its second step."),
      duration("session.lifetime", &S::session_lifetime_s, 5 * kMinute, 7 * kDay, "When a session ends, used or not."),
      duration("session.idle", &S::session_idle_s, kMinute, 7 * kDay, "When a session ends that is not used."),
      duration("session.used_every", &S::session_used_every_s, kMinute, kHour,
               "How often the use of a session is stored at most; idle time counts from the last stored use."),
      duration("session.fresh", &S::session_fresh_s, kMinute, kHour,
               "How long after its second step a session may change what protects the account."),
      duration("enrolment.lifetime", &S::enrolment_lifetime_s, kMinute, kHour,
               "How long an enrolment waits for its code."),
      integer("enrolment.tries", &S::enrolment_tries, 1, 10, "Wrong codes that end an enrolment."),
      duration("enrolment.deferral", &S::enrolment_deferral_s, kHour, 30 * kDay,
               "How long the offer to enrol is hidden after \"not now\"."),
      duration("reset.enrol_within", &S::reset_enrol_within_s, kHour, 90 * kDay,
               "How long after a reset the person may enrol again."),
      duration("reset.approve_within", &S::reset_approve_within_s, kHour, 7 * kDay,
               "How long a reset under four eyes waits for the second person."),
      choice("remember.default", &S::remember_default, {"never", "12h", "3d", "1w"},
             "How long a device is remembered of a person who did not choose, at most as long as the policy allows."),
      integer("remember.failures", &S::remember_failures, 3, 10,
              "Wrong passwords in a row with the token of a remembered device that forget it."),
      duration("remember.retry_within", &S::remember_retry_within_s, 1, kMinute,
               "How long a device that was not heard to use its new token may come with the one before."),
      integer("app.pin_failures", &S::app_pin_failures, 3, 10, "Wrong PINs in a row that lock a phone."),
      duration("app.challenge_lifetime", &S::app_challenge_lifetime_s, 10, 10 * kMinute,
               "How long a phone has to sign a challenge."),
      integer("recovery.failures_free", &S::recovery_failures_free, 1, 20,
              "Wrong recovery codes in a row after which each further try waits."),
  };
}

std::vector<D> limits() {
  return {
      integer("throttle.identifier_network", &S::throttle_identifier_network, 1, 100,
              "Failed passwords of an identifier from one network in an hour, from which on tries wait."),
      integer("throttle.identifier", &S::throttle_identifier, 10, 10'000,
              "Failed passwords of an identifier from anywhere in an hour, from which on tries wait."),
      integer("throttle.network", &S::throttle_network, 5, 100'000,
              "Failed passwords from a network in an hour, from which on it has one try a second."),
      duration("throttle.wait_max", &S::throttle_wait_max_s, 1, kDay, "The longest that a try waits."),
      duration("throttle.known_network", &S::throttle_known_network_s, 0, 365 * kDay,
               "How long a network counts as the account's own after a login from it."),
      integer("lock.failures", &S::lock_failures, 3, 10, "Wrong second steps in a row that lock the second step."),
      duration("lock.first", &S::lock_first_s, kMinute, kDay,
               "How long the first lock lasts; each further one doubles."),
      duration("lock.longest", &S::lock_longest_s, kMinute, 30 * kDay, "How long a lock lasts at most."),
      integer("lock.failures_for_good", &S::lock_failures_for_good, 10, 1000,
              "Wrong second steps in a row after which no time opens the lock."),
      integer("visitor.events_per_minute", &S::visitor_events_per_minute, 1, 100'000,
              "Events a minute about unknown identifiers; beyond it only the counters move."),
  };
}

constexpr std::int64_t kSecretHeaderBytes = 4096;  // the longest bearer tokens in use are JWTs of some 2 KiB

// `Which` is FirstSmsGateway or SecondSmsGateway: both have the same settings under two names.
template <class Which>
std::vector<D> sms_gateway() {
  using G = SmsGatewaySettings;
  const auto name = [](std::string_view first, std::string_view second) {
    return std::is_same_v<Which, FirstSmsGateway> ? first : second;
  };
  // By way of Which, since Settings has each member twice.
  const auto of = []<class T>(T G::*member) -> T S::* { return static_cast<T Which::*>(member); };
  return {
      choice(name("sms.gateway", "sms.second_gateway"), of(&G::kind), {"off", "file", "http", "twilio"},
             name("What sends messages; off: nobody can enrol by SMS. --sms file:PATH is the file gateway.",
                  "What is asked where the first gateway does not take a message.")),
      text(name("sms.file", "sms.second_file"), of(&G::file), kPathBytes,
           "For development, gateway file: where each message is appended as a line of JSON."),
      masked(Masking::UrlUser,
             text(name("sms.url", "sms.second_url"), of(&G::url), 2048,
                  "Where messages are sent to: https, or http to a loopback address, without user or password; empty "
                  "for twilio: https://api.twilio.com.")),
      choice(name("sms.method", "sms.second_method"), of(&G::method), {"POST", "PUT"}, "Gateway http: the method."),
      masked(Masking::HeaderValues,
             list(name("sms.headers", "sms.second_headers"), of(&G::headers), 16,
                  "Gateway http: headers such as \"Authorization: Bearer {secret}\"; {secret}, {from} and {reference} "
                  "are filled in. A credential belongs in the secret, not here.")),
      text(name("sms.body", "sms.second_body"), of(&G::body), 4096,
           "Gateway http: the JSON to send; {to} and {text}, which have to be there, {from}, {reference} and {secret} "
           "between quotes are filled in. It is printed as it is: a credential belongs in the secret."),
      list(name("sms.success", "sms.second_success"), of(&G::success), 16,
           "Gateway http: statuses that mean accepted, each a number or a range."),
      text(
          name("sms.success_member", "sms.second_success_member"), of(&G::success_member), 256,
          "Gateway http: a member of the answer that has to equal success_value too, such as messages.0.status; empty: "
          "none."),
      text(name("sms.success_value", "sms.second_success_value"), of(&G::success_value), 256,
           "Gateway http: what that member is where the message was accepted."),
      text(name("sms.id_member", "sms.second_id_member"), of(&G::id_member), 256,
           "Gateway http: the member of the answer that is the provider's id of the message."),
      text(name("sms.sender", "sms.second_sender"), of(&G::sender), 64,
           "Who the message is from, a number or name; for twilio also the SID of a messaging service."),
      text(name("sms.account", "sms.second_account"), of(&G::account), 64, "Gateway twilio: the account's SID."),
      secret(name("sms.secret", "sms.second_secret"), of(&G::secret), kSecretHeaderBytes,
             "The credential: twilio's auth token, or what {secret} stands for."),
      text(name("sms.ca_file", "sms.second_ca_file"), of(&G::ca_file), kPathBytes,
           "Certificates that the gateway's one is checked against, as PEM; empty: those of the system."),
      duration(name("sms.connect_timeout", "sms.second_connect_timeout"), of(&G::connect_timeout_s), 1, 30,
               "How long reaching the gateway may take."),
      duration(name("sms.timeout", "sms.second_timeout"), of(&G::timeout_s), 1, kMinute,
               "How long sending one message may take in all."),
  };
}

std::vector<D> sms() {
  return {
      integer("sms.in_flight", &S::sms_in_flight, 1, 256, "Messages that are being sent at a time."),
      duration("sms.code_lifetime", &S::sms_code_lifetime_s, kMinute, 10 * kMinute,
               "How long a code by SMS counts, from the first message on."),
      integer("sms.code_tries", &S::sms_code_tries, 1, 5, "Wrong tries after which a code by SMS is dead."),
      integer("sms.resends", &S::sms_resends, 0, 5, "How often the same code may be sent again."),
      duration("sms.resend_after", &S::sms_resend_after_s, 10, 10 * kMinute,
               "How long to wait before it is sent again."),
      duration(
          "sms.trusted_for", &S::sms_trusted_for_s, kDay, 365 * kDay,
          "How long a number whose code counted has the reserve of the network's and the total budget: as much again. "
          "A reset or another method takes nothing from it."),
      integer("sms.budget_number", &S::sms_budget_number, 1, 1000, "Messages an hour to one number."),
      integer("sms.budget_account", &S::sms_budget_account, 1, 1000, "Messages an hour for one account."),
      integer("sms.budget_network", &S::sms_budget_network, 1, 1'000'000, "Messages an hour asked for by one network."),
      integer("sms.budget_total", &S::sms_budget_total, 1, 100'000'000, "Messages an hour in total."),
  };
}

std::vector<D> stream() {
  return {
      text("kafka.brokers", &S::kafka_brokers, 1024,
           "Kafka brokers to begin with, HOST:PORT separated by commas; empty: events are not streamed."),
      text("kafka.topic", &S::kafka_topic, 249, "The topic that gets every event."),
      choice("kafka.security", &S::kafka_security, {"plaintext", "ssl", "sasl_plaintext", "sasl_ssl"},
             "How brokers are spoken to."),
      text("kafka.ca_file", &S::kafka_ca_file, kPathBytes,
           "Certificates that the brokers' are checked against, as PEM; empty: those of the system."),
      text("kafka.certificate_file", &S::kafka_certificate_file, kPathBytes,
           "The certificate that the service shows to brokers, as PEM; empty: none."),
      text("kafka.key_file", &S::kafka_key_file, kPathBytes, "That certificate's private key, as PEM."),
      secret("kafka.key_password", &S::kafka_key_password, 256, "What the private key is encrypted with."),
      choice("kafka.sasl_mechanism", &S::kafka_sasl_mechanism,
             {"SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN", "GSSAPI", "OAUTHBEARER"}, "How the service proves who it is."),
      text("kafka.sasl_user", &S::kafka_sasl_user, 256, "Who the service is to the brokers."),
      secret("kafka.sasl_password", &S::kafka_sasl_password, kSecretHeaderBytes, "That user's password."),
      table("kafka.librdkafka", &S::kafka_librdkafka, 64,
            "Properties of librdkafka beside those of above, such as \"linger.ms\"; what would weaken the stream's "
            "guarantees is refused."),
  };
}

std::vector<D> detection() {
  // At a start the log is read again as far back as two of the longest window, so a window has an end.
  constexpr std::int64_t kWindowMost = kDay;
  // A key of a rule remembers twice as many, so the memory grows with it.
  constexpr std::int64_t kCountMost = 1000;
  const auto window = [](std::string_view name, std::int64_t S::*member, std::string_view meaning) {
    return duration(name, member, kMinute, kWindowMost, meaning);
  };
  const auto count = [](std::string_view name, std::int64_t S::*member, std::string_view meaning) {
    return integer(name, member, 0, kCountMost, meaning);
  };
  const D enabled{.name = "detection.enabled",
                  .type = SettingType::Boolean,
                  .member = &S::detection_enabled,
                  .choices = {},
                  .meaning = "Whether the service watches its own log and raises alerts."};
  return {
      enabled,
      count("detection.stuffing_accounts", &S::detection_stuffing_accounts,
            "Alert credential_stuffing: from so many accounts on at which one network fails and does not get in; 0: "
            "never."),
      window("detection.stuffing_window", &S::detection_stuffing_window_s,
             "Alert credential_stuffing: within how long."),
      count("detection.spraying_accounts", &S::detection_spraying_accounts,
            "Alert password_spraying: from so many accounts on at which a password fails, from whatever network, and "
            "nobody gets in; 0: never."),
      window("detection.spraying_window", &S::detection_spraying_window_s, "Alert password_spraying: within how long."),
      count("detection.pumping_numbers", &S::detection_pumping_numbers,
            "Alert sms_pumping: from so many numbers on that one network asks codes for and nobody enters them; 0: "
            "never."),
      window("detection.pumping_window", &S::detection_pumping_window_s, "Alert sms_pumping: within how long."),
      count("detection.fatigue_codes", &S::detection_fatigue_codes,
            "Alert mfa_fatigue: from so many codes on that are asked for one account and not entered; 0: never."),
      window("detection.fatigue_window", &S::detection_fatigue_window_s, "Alert mfa_fatigue: within how long."),
      count("detection.theft_devices", &S::detection_theft_devices,
            "Alert device_theft: from so many remembered devices of one account on whose token came back after a newer "
            "one; 0: never."),
      window("detection.theft_window", &S::detection_theft_window_s, "Alert device_theft: within how long."),
      duration("detection.impossible_reset_window", &S::detection_impossible_reset_window_s, 0, kWindowMost,
               "Alert impossible_reset: how long before a reset the account passed its second step at most; 0: never."),
      count("detection.resets_accounts", &S::detection_resets_accounts,
            "Alert many_resets: from so many accounts on whose reset one member of staff or key asks for; 0: never."),
      window("detection.resets_window", &S::detection_resets_window_s, "Alert many_resets: within how long."),
  };
}

std::vector<D> organisation_and_operation() {
  return {
      text("organisation.name", &S::organisation_name, 100,
           "The organisation's name, on pages and in authenticator apps."),
      choice("organisation.language", &S::organisation_language, {"en", "nl"},
             "The language where neither person nor browser says one."),
      text("organisation.help_nl", &S::organisation_help_nl, 500,
           "Where people get help, in Dutch, on every page; empty: with their care provider."),
      text("organisation.help_en", &S::organisation_help_en, 500,
           "Where people get help, in English, on every page; empty: with their care provider."),
      text("organisation.support", &S::organisation_support, 200,
           "How to reach that help: a phone number, a mail address or the address of a page; empty: nothing is shown."),
      text("organisation.logo", &S::organisation_logo, kPathBytes,
           "SVG or PNG file of at most 64 KiB that pages show as the logo; empty: that of Tweestap."),
      text("organisation.colour", &S::organisation_colour, 32,
           "Colour of what people click on, such as #0b6b6b; made darker or lighter where it could not be read."),
      duration("audit.read_every", &S::audit_read_every_s, 1, kHour,
               "Readings of an account by one reader within this time are one event."),
      choice("log.level", &S::log_level, {"debug", "info", "warning", "error"},
             "The least that is written to the operator's log."),
  };
}

std::vector<D> all() {
  std::vector<D> descriptions;
  for (auto* part :
       {front_door, store_and_keys, passwords, logins_and_sessions, limits, sms, sms_gateway<FirstSmsGateway>,
        sms_gateway<SecondSmsGateway>, stream, detection, organisation_and_operation}) {
    for (D& description : part()) descriptions.push_back(std::move(description));
  }
  return descriptions;
}

}  // namespace

std::span<const SettingDescription> setting_descriptions() {
  static const std::vector<D> kAll = all();
  return kAll;
}

std::string environment_name(std::string_view setting_name) {
  std::string name = "TWEESTAP_";
  for (const char c : setting_name) {
    name += c == '.' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  return name;
}

}  // namespace tweestap::platform
