#pragma once
// The stream for whoever reads it without our library: an AsyncAPI document.
#include <span>
#include <string>

#include "eventstore/schemas.h"

namespace tweestap::app {

/// AsyncAPI 3.0 as JSON: the topic, the headers of its records as the relay writes them, and a message for each of the
/// schemas, which are as eventstore::event_schemas() makes them. The document refers to them by `file_name`, so that is
/// their path from where the document lies. Any thread.
[[nodiscard]] std::string asyncapi_document(std::span<const eventstore::GeneratedDocument> schemas);

}  // namespace tweestap::app
