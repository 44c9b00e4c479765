// The bytes of events as they are stored.

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]]/g;  // what says where a value of JSON ends (RFC 8259)
const EVENT_DEPTH = 4;  // {"events":[{"event":{

/// The stored envelopes in the text of an answer {"events":[{"event":{…}, …}, …], …}, each exactly as it stands there.
/// Parsed and written again, a number or an escape could come out as other bytes, and a proof would not fit any more.
export function stored_envelopes(answer) {
  const found = [];
  let depth = 0;
  let member = '';
  let begin = -1;
  for (const {0: token, index} of answer.matchAll(TOKEN)) {
    if (token === '{' || token === '[') {
      depth += 1;
      if (depth === EVENT_DEPTH && member === '"event"') begin = index;
    } else if (token === '}' || token === ']') {
      if (depth === EVENT_DEPTH && begin >= 0) {
        found.push(answer.slice(begin, index + 1));
        begin = -1;
      }
      depth -= 1;
    } else if (depth === EVENT_DEPTH - 1) {
      member = token;
    }
  }
  return found;
}
