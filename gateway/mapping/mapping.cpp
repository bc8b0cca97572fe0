#include "gateway/mapping/mapping.h"

#include <fmt/format.h>

#include "gateway/mapping/program.h"

namespace tilts::mapping {

std::string Problem::text() const {
  return line == 0 ? fmt::format("{}: {}", file, sentence) : fmt::format("{}:{}: {}", file, line, sentence);
}

std::shared_ptr<const Mapping> Mapping::load(const std::filesystem::path& file,
                                             std::vector<Problem>& problems) {
  const size_t before = problems.size();
  std::unique_ptr<const Program> program = compile(file, problems);
  if (problems.size() != before) return nullptr;
  return std::shared_ptr<const Mapping>(new Mapping(std::move(program)));
}

std::shared_ptr<const Mapping> Mapping::load(const std::filesystem::path& file) {
  std::vector<Problem> problems;
  std::shared_ptr<const Mapping> mapping = load(file, problems);
  if (mapping != nullptr) return mapping;
  std::string text = fmt::format("mapping {} is not usable; correct:", file.string());
  for (const Problem& problem : problems) text += "\n  " + problem.text();
  throw Error(Code::config, text);
}

Mapping::Mapping(std::unique_ptr<const Program> program)
    : layout_(program->layout),
      hash_(program->hash),
      references_(program->references),
      program_(std::move(program)) {}

Mapping::~Mapping() = default;

int Mapping::roster_line() const { return program_->roster_line; }

const std::string& Mapping::file() const { return program_->file; }

}  // namespace tilts::mapping
