// Lists, page by page.
#pragma once

#include <google/protobuf/repeated_ptr_field.h>
#include <grpcpp/support/status.h>

#include <functional>
#include <iterator>
#include <string>
#include <utility>

namespace kpisuite::client {

// All entries of a list: the next page is read when the one before is used up.
//
//   Pages<v1::KpiState> states = client->ListStates(request);
//   for (const v1::KpiState& state : states) ...
//   if (!states.status().ok()) ...
//
// It can be gone through once. For one thread.
template <typename Entry>
class Pages {
 public:
  // Reads the page of a token into the entries and the token of the next page, empty at the end.
  using Fetch = std::function<grpc::Status(const std::string& token,
                                           google::protobuf::RepeatedPtrField<Entry>& entries,
                                           std::string& next_token)>;

  explicit Pages(Fetch fetch) : fetch_(std::move(fetch)) {}

  // Null after the last entry and when a page cannot be read: then status() says why, and another
  // call asks for that page again. The entry is valid until the next call.
  const Entry* Next() {
    // A page may be empty and not the last.
    while (next_ == entries_.size()) {
      if (last_) return nullptr;
      entries_.Clear();
      next_ = 0;
      std::string next_token;
      status_ = fetch_(token_, entries_, next_token);
      if (!status_.ok()) {
        entries_.Clear();
        return nullptr;
      }
      token_ = std::move(next_token);
      last_ = token_.empty();
    }
    return &entries_.Get(next_++);
  }

  // OK while there was no error.
  const grpc::Status& status() const { return status_; }

  // Goes through Next().
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Entry;
    using difference_type = std::ptrdiff_t;
    using pointer = const Entry*;
    using reference = const Entry&;

    explicit Iterator(Pages* pages) : pages_(pages), entry_(pages ? pages->Next() : nullptr) {}
    reference operator*() const { return *entry_; }
    pointer operator->() const { return entry_; }
    Iterator& operator++() {
      entry_ = pages_->Next();
      return *this;
    }
    bool operator==(const Iterator& other) const { return entry_ == other.entry_; }
    bool operator!=(const Iterator& other) const { return !(*this == other); }

   private:
    Pages* pages_;
    const Entry* entry_;
  };
  Iterator begin() { return Iterator(this); }
  Iterator end() { return Iterator(nullptr); }

 private:
  Fetch fetch_;
  google::protobuf::RepeatedPtrField<Entry> entries_;
  int next_ = 0;
  std::string token_;
  bool last_ = false;
  grpc::Status status_;
};

}  // namespace kpisuite::client
