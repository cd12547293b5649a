// What an editor does while somebody types: context around the cursor, within a budget, and no more of it once the user
// types on. Handles are owned by values that free them.
//
//   c++ -std=c++17 completion.cpp $(pkg-config --cflags --libs pampax) -pthread -o completion
//   ./completion FOLDER FILE LINE [MILLISECONDS]
#include <pampax.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <future>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace pampax {

/// An error of the library. Its code is one of PAMPAX_….
class Error : public std::runtime_error {
 public:
  explicit Error(pampax_error *error)
      : std::runtime_error(pampax_error_message(error)),
        code(pampax_error_code(error)),
        exit_status(pampax_error_exit_status(error)) {
    pampax_error_free(error);
  }

  pampax_status code;
  int exit_status;
};

/// Frees what a pointer owns with the function of its type.
template <auto Free>
struct Freed {
  template <typename Handle>
  void operator()(Handle *handle) const {
    Free(handle);
  }
};

template <typename Handle, auto Free>
using Owned = std::unique_ptr<Handle, Freed<Free>>;

/// Calls a function whose last parameter is the error. Throws what it says.
template <typename Call>
void check(Call call) {
  pampax_error *error = nullptr;
  if (call(&error) != PAMPAX_OK) {
    throw Error(error);
  }
}

/// A JSON string.
std::string quoted(const std::string &text) {
  static const char *digits = "0123456789abcdef";
  std::string json = "\"";
  for (unsigned char byte : text) {
    if (byte == '"' || byte == '\\') {
      (json += '\\') += static_cast<char>(byte);
    } else if (byte < 0x20) {
      ((json += "\\u00") += digits[byte >> 4]) += digits[byte & 15];
    } else {
      json += static_cast<char>(byte);
    }
  }
  return json + '"';
}

/// Ends calls, from any thread or after a time. Copies end the same ones.
class Limits {
 public:
  explicit Limits(std::uint64_t timeout_ms) : timeout_ms_(timeout_ms) {}

  void cancel() const { pampax_cancel_trigger(token_.get()); }

  pampax_limits get() const {
    pampax_limits limits{};
    limits.struct_size = sizeof limits;
    limits.timeout_ms = timeout_ms_;
    limits.cancel = token_.get();
    return limits;
  }

 private:
  std::uint64_t timeout_ms_;
  std::shared_ptr<pampax_cancel> token_{pampax_cancel_new(), pampax_cancel_free};
};

struct Hit {
  std::string path;
  std::string symbol;
  unsigned start_line;
};

struct Context {
  std::string text;
  std::size_t tokens;
  std::size_t pieces;
};

/// One state of an index. May be asked by several threads at once.
class Searcher {
 public:
  explicit Searcher(pampax_searcher *searcher) : searcher_(searcher) {}

  std::vector<Hit> search(const std::string &text, std::size_t limit, const Limits &within) const {
    std::string query = "{\"text\":" + quoted(text) + ",\"limit\":" + std::to_string(limit) + "}";
    pampax_limits limits = within.get();
    pampax_results *given = nullptr;
    check([&](auto error) {
      return pampax_searcher_search(searcher_.get(), query.c_str(), &limits, &given, error);
    });
    Owned<pampax_results, pampax_results_free> results(given);
    std::vector<Hit> hits;
    for (std::size_t index = 0; index < pampax_results_len(given); index++) {
      pampax_hit hit{};
      hit.struct_size = sizeof hit;
      check([&](auto error) { return pampax_results_get(given, index, &hit, error); });
      hits.push_back({hit.path, hit.symbol == nullptr ? "" : hit.symbol, hit.start_line});
    }
    return hits;
  }

  Context assemble(const std::string &text, std::size_t budget, const Limits &within) const {
    std::string request = "{\"query\":" + quoted(text) + ",\"budget\":" + std::to_string(budget) + "}";
    pampax_limits limits = within.get();
    pampax_bundle *given = nullptr;
    check([&](auto error) {
      return pampax_searcher_assemble(searcher_.get(), request.c_str(), &limits, &given, error);
    });
    Owned<pampax_bundle, pampax_bundle_free> bundle(given);
    return {pampax_bundle_text(given), pampax_bundle_tokens(given), pampax_bundle_len(given)};
  }

 private:
  Owned<pampax_searcher, pampax_searcher_free> searcher_;
};

/// The index of one folder.
class Index {
 public:
  explicit Index(const std::string &root) {
    pampax_index *given = nullptr;
    check([&](auto error) { return pampax_index_open(root.c_str(), nullptr, nullptr, &given, error); });
    index_.reset(given);
  }

  void update() const {
    check([&](auto error) { return pampax_index_update(index_.get(), nullptr, nullptr, nullptr, error); });
  }

  Searcher searcher() const {
    pampax_searcher *given = nullptr;
    check([&](auto error) { return pampax_index_searcher(index_.get(), &given, error); });
    return Searcher(given);
  }

 private:
  Owned<pampax_index, pampax_index_free> index_;
};

}  // namespace pampax

/// The words of the lines around the cursor: what the context is asked for.
std::string around(const std::string &path, long cursor) {
  std::ifstream file(path);
  std::string text, line;
  for (long number = 1; std::getline(file, line); number++) {
    if (number >= cursor - 3 && number <= cursor + 3) {
      text += line + ' ';
    }
  }
  return text;
}

/// What an editor keeps for one cursor: a request under way, and the way to give it up.
class Completion {
 public:
  Completion(pampax::Searcher searcher, std::uint64_t timeout_ms)
      : searcher_(std::move(searcher)), timeout_ms_(timeout_ms), limits_(timeout_ms) {}

  ~Completion() { limits_.cancel(); }

  /// Asks anew. What was asked before is given up: nobody will look at it.
  std::future<pampax::Context> typed(const std::string &text) {
    limits_.cancel();
    limits_ = pampax::Limits(timeout_ms_);
    return std::async(std::launch::async, [this, text, limits = limits_] {
      std::string names = text;
      for (const pampax::Hit &hit : searcher_.search(text, 5, limits)) {
        names += ' ' + hit.symbol;
      }
      return searcher_.assemble(names, 800, limits);
    });
  }

 private:
  pampax::Searcher searcher_;
  std::uint64_t timeout_ms_;
  pampax::Limits limits_;
};

int main(int count, char **arguments) try {
  if (count != 4 && count != 5) {
    std::cerr << "usage: completion FOLDER FILE LINE [MILLISECONDS]\n";
    return 2;
  }
  std::string folder = arguments[1];
  pampax::Index index(folder);
  index.update();
  Completion completion(index.searcher(), count == 5 ? std::strtoull(arguments[4], nullptr, 10) : 300);

  std::string text = around(folder + '/' + arguments[2], std::strtol(arguments[3], nullptr, 10));
  std::future<pampax::Context> earlier = completion.typed(text.substr(0, text.size() / 2));
  std::future<pampax::Context> latest = completion.typed(text);
  try {
    earlier.get();
    std::cout << "the first answer came before the next key\n";
  } catch (const pampax::Error &error) {
    if (error.code != PAMPAX_CANCELLED) {
      throw;
    }
    std::cout << "the first request was given up\n";
  }
  pampax::Context context = latest.get();
  std::cout << context.pieces << " pieces, " << context.tokens << " of 800 tokens\n\n" << context.text;
  return 0;
} catch (const pampax::Error &error) {
  std::cerr << error.what() << '\n';
  return error.exit_status;
}
