// CUDA C++ run by a C++ compiler: what the kernels of nntui/backends need of the language, on one core, for tests.
//
// The threads of a block are fibers that are switched where CUDA threads wait for each other, at __syncthreads and at
// warp shuffles. Between two such points each runs alone, in ascending or descending order as `descending` says: a
// kernel that needs another order than it asks for gives another result in one of the two. A barrier that some threads
// never reach is an error, as it is undefined on a GPU.
#pragma once
#include <math.h>
#include <setjmp.h>
#include <stddef.h>
#include <string.h>
#include <ucontext.h>

#include <functional>
#include <vector>

#define __global__
#define __device__
#define __shared__ static
#define __launch_bounds__(threads)

static inline double cospi(double x) { return cos(3.14159265358979323846 * x); }

struct Triple { unsigned x, y, z; };
static Triple threadIdx, blockIdx, blockDim, gridDim;

namespace emulator {

enum State { ready, at_warp, at_block, done };

struct Fiber {
  std::vector<char> stack;
  ucontext_t start;
  jmp_buf here;  // to go on from: jumping costs no system call, swapping contexts two
  State state;
  unsigned char slot[8];  // what it offers in a shuffle
};

static std::vector<Fiber> fibers;
static jmp_buf scheduler;
static unsigned current;
static std::function<void()> body;

static void pause(State where) {
  Fiber& self = fibers[current];
  self.state = where;
  if (!_setjmp(self.here)) _longjmp(scheduler, 1);
}

static void live() {
  for (;;) {  // one block after the other
    body();
    pause(done);
  }
}

static void start(unsigned threads) {
  fibers.clear();
  fibers.resize(threads);
  for (current = 0; current < threads; ++current) {
    Fiber& self = fibers[current];
    self.stack.resize(1 << 15);
    getcontext(&self.start);
    self.start.uc_stack.ss_sp = self.stack.data();
    self.start.uc_stack.ss_size = self.stack.size();
    self.start.uc_link = nullptr;
    self.state = done;
    makecontext(&self.start, [] { pause(done); live(); }, 0);
    if (!_setjmp(scheduler)) setcontext(&self.start);
  }
}

// Wakes fibers [first, last) if all of them wait at `where`; -1 if some wait there and others have left for good.
static int release(unsigned first, unsigned last, State where) {
  unsigned waiting = 0, gone = 0;
  for (unsigned k = first; k < last; ++k) waiting += fibers[k].state == where, gone += fibers[k].state == done;
  if (waiting && gone) return -1;
  if (waiting < last - first) return 0;
  for (unsigned k = first; k < last; ++k) fibers[k].state = ready;
  return 1;
}

static const char* run_block(unsigned threads, bool descending) {
  if (fibers.size() != threads) start(threads);
  for (Fiber& f : fibers) f.state = ready;
  for (;;) {
    bool ran = false, all_done = true;
    for (unsigned n = 0; n < threads; ++n) {
      current = descending ? threads - 1 - n : n;
      if (fibers[current].state != ready) continue;
      threadIdx = {current % blockDim.x, current / blockDim.x % blockDim.y, current / (blockDim.x * blockDim.y)};
      if (!_setjmp(scheduler)) _longjmp(fibers[current].here, 1);
      ran = true;
    }
    for (unsigned k = 0; k < threads; ++k) all_done &= fibers[k].state == done;
    if (all_done) return nullptr;
    int freed = release(0, threads, at_block);
    for (unsigned k = 0; k < threads && freed >= 0; k += 32) {
      int warp = release(k, k + 32 < threads ? k + 32 : threads, at_warp);
      freed = warp < 0 ? -1 : freed + warp;
    }
    if (freed < 0) return "some threads have left while others wait for them";
    if (!freed && !ran) return "threads wait for each other at different places";
  }
}

// Runs a kernel over a grid; nullptr, or what went wrong.
static const char* run(const unsigned* grid, const unsigned* block, int descending, std::function<void()> kernel) {
  gridDim = {grid[0], grid[1], grid[2]};
  blockDim = {block[0], block[1], block[2]};
  unsigned threads = block[0] * block[1] * block[2], blocks = grid[0] * grid[1] * grid[2];
  body = kernel;
  for (unsigned n = 0; n < blocks; ++n) {
    unsigned k = descending ? blocks - 1 - n : n;
    blockIdx = {k % grid[0], k / grid[0] % grid[1], k / (grid[0] * grid[1])};
    if (const char* wrong = run_block(threads, descending)) {
      fibers.clear();  // where they have stopped, they can't be used again
      return wrong;
    }
  }
  return nullptr;
}

}  // namespace emulator

static inline void __syncthreads() { emulator::pause(emulator::at_block); }

template <typename V> V __shfl_xor_sync(unsigned, V value, int mask) {
  using namespace emulator;
  memcpy(fibers[current].slot, &value, sizeof(V));
  pause(at_warp);
  V other;
  memcpy(&other, fibers[current ^ mask].slot, sizeof(V));
  pause(at_warp);  // until everybody has read
  return other;
}
