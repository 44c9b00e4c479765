#include "http/routes/pages.h"

#include <string>
#include <utility>

#include "http/weighted_list.h"

namespace tweestap::http {
namespace {

constexpr std::string_view kHtml = "text/html; charset=utf-8";

// What a browser is told of pages and static files alike: an SVG is a page too where somebody opens it. nosniff is on
// every answer (answer_writer.cpp). Scripts and styles come from files of ours alone, nothing turns text into a script
// or into HTML, nobody shows a page inside theirs, and no address is told to anybody.
constexpr std::pair<std::string_view, std::string_view> kPageHeaders[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
     "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
     "trusted-types 'none'"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    // What pages have no use for, and others might; not writing to the clipboard, which is how recovery codes are copied.
    {"Permissions-Policy",
     "accelerometer=(), autoplay=(), camera=(), clipboard-read=(), display-capture=(), encrypted-media=(), "
     "fullscreen=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), magnetometer=(), microphone=(), midi=(), "
     "payment=(), picture-in-picture=(), publickey-credentials-create=(), publickey-credentials-get=(), "
     "screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()"},
};

// RFC 9110, 12.5.3: `*` stands for what is not named, and a coding with q=0 is not wanted.
bool takes_gzip(const Request& request) {
  bool any = false;
  for (const std::string_view line : request.header_lines("Accept-Encoding")) {
    for (const auto& [coding, q] : weighted_list(line)) {
      if (equal_ignoring_case(coding, "gzip") || equal_ignoring_case(coding, "x-gzip")) return q > 0;
      if (coding == "*") any = q > 0;
    }
  }
  return any;
}

Response send(const Served* found, const Request& request) {
  if (found == nullptr) return problem_response(request, ProblemCode::NotFound);
  const bool packed = !found->gzip.empty() && takes_gzip(request);
  Response response = Response::text(packed ? found->gzip : found->content, found->content_type);
  for (const auto& [name, value] : kPageHeaders) response.headers.push_back({name, std::string{value}});
  response.headers.push_back({"Vary", "Accept-Encoding"});
  if (packed) response.headers.push_back({"Content-Encoding", "gzip"});
  return response;
}

Response show_page(const Pages& pages, const Request& request, std::string_view name) {
  return send(pages.page(name, request.language), request);
}

Response show_asset(const Pages& pages, const Request& request) {
  Response response = send(pages.asset(request.path), request);
  if (response.status == 200)
    response.cache_control = "public, max-age=31536000, immutable";  // another content has another address
  return response;
}

Route readable_by_anyone(Path path, Listeners listeners, Summary summary, std::string_view content_type,
                         std::function<Response(const Request&)> show) {
  return Route{
      .verb = VerbName::GetAndHead,
      .path = path,
      .listeners = listeners,
      .who = Who{Principal::Anyone},
      .throttle = Throttle::none("looks at no secret"),
      .summary = summary,
      .query = Query::ignored(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::other(content_type, "what the browser shows or loads")},
      .problems = Problems{ProblemCode::NotFound},
      .handler = Handler{[show = std::move(show)](Request& request, const Body&) { return show(request); }},
  };
}

}  // namespace

Route page_route(const Pages& pages, Path path, Listeners listeners, Summary summary, std::string_view name) {
  return readable_by_anyone(path, listeners, summary, kHtml,
                            [&pages, name](const Request& request) { return show_page(pages, request, name); });
}

std::vector<Route> page_routes(const Pages& pages) {
  return {
      readable_by_anyone("/", ListenerSet::Both, "Where people, or staff, log in.", kHtml,
                         [&pages](const Request& request) {
                           const bool people = request.listener == ListenerKind::Public;
                           return show_page(pages, request, people ? "login.html" : "staff.html");
                         }),
      page_route(pages, "/settings", ListenerSet::Public, "A person's own settings.", "settings.html"),
      readable_by_anyone("/pages/{hash}/{name...}", ListenerSet::Both, "What pages load.", "*/*",
                         [&pages](const Request& request) { return show_asset(pages, request); }),
  };
}

}  // namespace tweestap::http
