#include "rules/catalog.h"

#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "unit/rules/support.h"

namespace dynamo::testing {
namespace {

std::vector<Rule> all_rules() {
  std::vector<Rule> rules(rule_catalog().begin(), rule_catalog().end());
  rules.insert(rules.end(), decision_rule_catalog().begin(), decision_rule_catalog().end());
  return rules;
}

TEST(Catalogue, HasEachIdOnceAndSaysWhatItMeans) {
  std::set<std::string_view> ids;
  for (const Rule& rule : all_rules()) {
    EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
    EXPECT_FALSE(rule.meaning.empty()) << rule.id;
    ASSERT_NE(find_rule(rule.id), nullptr);
    EXPECT_EQ(find_rule(rule.id)->meaning, rule.meaning);
  }
  EXPECT_EQ(find_rule("no.such.rule"), nullptr);
}

TEST(Catalogue, IsDocumented) {
  const std::string page = text_of("docs/diagnostics.md");
  for (const Rule& rule : all_rules()) {
    EXPECT_NE(page.find("\n### `" + std::string(rule.id) + "`\n"), std::string::npos) << rule.id;
  }
}

}  // namespace
}  // namespace dynamo::testing
