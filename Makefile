# Every command is a script in scripts/; this file gives it a short name.
#
# Variables, on the command line or in the environment:
#   PORT=8080             where `make run` serves
#   REDIS_URL=redis://…   the Redis that `make run` uses; none: the chat lives in memory
#   ARGS="…"              more flags for the server of `make run`
#   CONFIGURATION=debug   debug or release, for `make run`; `make install` takes release
#   PREFIX=/usr/local     where `make install` puts chat-cli
#   SUITES="unit cli"     which suites `make test` runs; none named: all
#   BENCH="micro yardstick" what `make bench` measures (scripts/bench.sh lists the others); none named: these two
#   VERBOSE=1             `make test` shows the output of the suites as it comes
#   DISTURB=one-core      `make test` on a worse machine: one-core, neighbour or delays (scripts/disturb.sh)
#   SEED=1                what the faults of `make test` and `make soak`, and the attacks, are drawn by
#   PARTS="tsan fuzz"     which parts `make night` does; none named: all
#   MINUTES=10            how long `make soak` breaks a chat, `make attack` attacks it; `make fuzz`: with each reader of bytes (5)

.DEFAULT_GOAL := help
.PHONY: help run test soak attack tsan asan conformance fuzz night lint format bench install uninstall clean

help: ## Say what can be done here
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile
	@sed -n 's/^#   /  /p' Makefile

run: ## Set up, build and start a chat on http://127.0.0.1:8080
	@scripts/run.sh

test: ## Set up, build and pass every suite
	@scripts/test.sh

soak: ## Use thousands of rooms, then break a chat over and over: does it keep its promises?
	@scripts/soak.sh

attack: ## Let strangers send whatever they like: what do the others notice, and what stays behind?
	@scripts/attack.sh

tsan: ## Run the Swift tests with the thread sanitizer: does any thread touch what another one does?
	@scripts/tsan.sh

asan: ## Run the tests of the Swift code around C with the address sanitizer: is memory used only where it may be?
	@scripts/asan.sh

conformance: ## Have the Autobahn Testsuite check frames and compression, in ten minutes; needs Python 2.7
	@scripts/conformance.sh

fuzz: ## Feed made-up bytes to whatever reads bytes from outside, for MINUTES each
	@scripts/fuzz.sh $(or $(MINUTES),5)

night: ## All that takes too long for each change: tsan, asan, other Redis servers, conformance, fuzz, every suite on worse machines, attack, soak
	@scripts/night.sh $(PARTS)

lint: ## Check the formatting, the layout of the modules, the scripts and the news fragments
	@scripts/lint.sh

format: ## Format the Swift code
	@scripts/format.sh

bench: ## Measure what one message costs, and the server beside the least that a room server has to do
	@scripts/bench.sh $(BENCH)

install: ## Install chat-cli with its completions and its manual into PREFIX
	@scripts/install.sh install

uninstall: ## Remove from PREFIX what `make install` put there
	@scripts/install.sh uninstall

clean: ## Remove what was built and downloaded
	rm -rf .build .cache
