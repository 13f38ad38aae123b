#include "certs/rotation.h"

#include <utility>

namespace dynamo::webhook {
namespace {

constexpr std::string_view kAuthorityName = "dynamo-webhook-ca";

ClusterError failed(std::string message) { return {ClusterErrorKind::kOther, std::move(message)}; }

bool usable(const KeyPair& authority, TimePoint now) {
  const auto validity = validity_of(authority.certificate_pem);
  return validity && now < validity->to && belong_together(authority);
}

}  // namespace

Rotation::Rotation(ClusterState& cluster, std::vector<std::string> dns_names, RotationTimes times, Clock clock)
    : cluster_(cluster), dns_names_(std::move(dns_names)), times_(times), clock_(std::move(clock)) {}

std::expected<std::optional<KeyPair>, ClusterError> Rotation::step() {
  auto authorities = cluster_.read_authorities();
  if (!authorities) return std::unexpected(authorities.error());
  const auto changed = advance(*authorities);
  if (!changed) return std::unexpected(changed.error());
  // Trust first: whoever serves a certificate has seen its authority in the configurations.
  if (const auto published = cluster_.publish(authorities->bundle()); !published) return std::unexpected(published.error());
  return renew_leaf(authorities->current);
}

std::expected<bool, ClusterError> Rotation::advance(SharedAuthorities& authorities) {
  const TimePoint now = clock_();
  SharedAuthorities wanted = authorities;
  const auto make = [&] { return make_authority(kAuthorityName, now, times_.authority_life); };

  if (!usable(wanted.current, now)) {   // the first start, or nobody ran for most of a year
    auto made = make();
    if (!made) return std::unexpected(failed(made.error()));
    wanted = {std::move(*made), {}, {}, authorities.version};
  } else if (!wanted.next.certificate_pem.empty()) {
    const auto validity = validity_of(wanted.next.certificate_pem);
    if (!usable(wanted.next, now)) {
      wanted.next = {};
    } else if (now >= validity->from + backdating(times_.authority_life) + times_.overlap) {
      // The configurations trust it already where this says so; where it does not, the promotion waits a step.
      const auto trusted = cluster_.publish(authorities.bundle());
      if (!trusted) return std::unexpected(trusted.error());
      if (!*trusted) return false;
      wanted.previous_pem = wanted.current.certificate_pem;
      wanted.current = std::exchange(wanted.next, {});
    }
  } else if (now >= validity_of(wanted.current.certificate_pem)->renewal()) {
    auto made = make();
    if (!made) return std::unexpected(failed(made.error()));
    wanted.next = std::move(*made);
  }
  if (!wanted.previous_pem.empty()) {
    const auto validity = validity_of(wanted.previous_pem);
    if (!validity || now >= validity->to) wanted.previous_pem.clear();
  }

  if (wanted.current == authorities.current && wanted.next == authorities.next &&
      wanted.previous_pem == authorities.previous_pem) {
    return false;
  }
  if (const auto written = cluster_.write_authorities(wanted); !written) return std::unexpected(written.error());
  authorities = std::move(wanted);
  return true;
}

std::expected<std::optional<KeyPair>, ClusterError> Rotation::renew_leaf(const KeyPair& authority) {
  const TimePoint now = clock_();
  const auto validity = validity_of(leaf_.certificate_pem);
  const bool fresh = validity && now < validity->renewal() && leaf_authority_ == authority.certificate_pem;
  if (fresh) return std::optional<KeyPair>();
  auto issued = issue_leaf(authority, dns_names_, now, times_.leaf_life);
  if (!issued) return std::unexpected(failed(issued.error()));
  leaf_ = std::move(*issued);
  leaf_authority_ = authority.certificate_pem;
  return std::optional(leaf_);
}

}  // namespace dynamo::webhook
