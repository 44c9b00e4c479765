#pragma once
// Everything that the routes refer to, beside the core.
#include "app/core.h"
#include "http/evidence.h"
#include "http/idempotency.h"
#include "http/read_time.h"
#include "http/services.h"
#include "http/throttle_gate.h"
#include "platform/blocklist.h"
#include "platform/crypto/hash_pool.h"

namespace tweestap::app {

/// Made once the listeners know their addresses, since browsers name those. What it is given outlives it. Thread rule:
/// `services` as its parts say; all of them allow any thread.
struct Doors {
  Doors(Core& core, const Surroundings& around, const http::Texts& texts, const platform::Blocklist& blocklist,
        http::FrontDoorRules front_door)
      : rules(std::move(front_door)),
        time(around.clock),
        stand_ins(rules.argon2),
        hash_pool({static_cast<unsigned>(around.settings.password_hash_workers),
                   static_cast<std::size_t>(around.settings.password_hash_queue)}),
        services{core.partition(), core.keys(), core.unstored(), hash_pool, around.random, blocklist, around.clock,
                 around.metrics,   around.log,  texts,           rules,     time,          gate,      running,
                 stand_ins} {}
  Doors(const Doors&) = delete;
  Doors& operator=(const Doors&) = delete;

  http::FrontDoorRules rules;
  http::ReadTime time;
  http::ThrottleGate gate;
  http::RunningRequests running;
  http::StandIns stand_ins;
  platform::HashPool hash_pool;
  http::Services services;
};

}  // namespace tweestap::app
