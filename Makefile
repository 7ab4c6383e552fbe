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
#   LANES=1               `make test` runs one suite at a time; without it two, where there are two processors
#   VERBOSE=1             `make test` shows the output of the suites as it comes
#   DISTURB=one-core      `make test` on a worse machine: one-core, neighbour or delays (scripts/disturb.sh)
#   SEED=1                what the faults of `make test` and `make soak`, and the attacks, are drawn by
#   PARTS="tsan fuzz"     which parts `make night` does; none named: all
#   DO="begin 1"          what `make exercise` does (scripts/exercise.sh): list, begin, check, solve, undo; none named: list
#   SERVERS="redis-8 …"   the Redis servers of `make brokers`: redis-6.2 redis-7 redis-8 valkey-8.1; none named: all
#   RANGE=main..HEAD      the commits of which `make news` wants news; none named: those that origin/main does not have
#   VERSION=0.2.0         what `make changelog` releases; SUMMARY=FILE tells of it in words first
#   TAG=v0.2.0            what `make release-check` checks; IMAGE=ghcr.io/you/swift-chat and PUSH=yes: where `make release-image` pushes to
#   MINUTES=10            how long `make soak` breaks a chat, `make attack` attacks it; `make fuzz`: with each reader of bytes (5)

.DEFAULT_GOAL := help
.PHONY: help run test soak attack tsan asan conformance fuzz night brokers exercise exercises coverage docs check-docs lint news format hooks bench sbom changelog \
	release-check release-programs release-image release-publish install uninstall clean dev-clean

help: ## Say what can be done here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' Makefile
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

night: ## All that takes too long for each change: tsan, asan, all Redis servers, exercises, conformance, fuzz, every suite on worse machines, attack, soak
	@scripts/night.sh $(PARTS)

brokers: ## Pass every test of the Redis broker on each of SERVERS: redis-6.2 redis-7 redis-8 valkey-8.1
	@scripts/brokers.sh all $(SERVERS)

exercise: ## Begin, check or solve an exercise of docs/exercises: DO="begin 1"
	@scripts/exercise.sh $(or $(DO),list)

exercises: ## Check that the tests of all exercises fail without their solutions, and pass with them
	@scripts/exercise.sh all

coverage: ## Run the Swift tests and say which lines they pass through, into docs/COVERAGE.md
	@scripts/coverage.sh

docs: ## Make the reference of ChatClient and ChatCore, with articles for those who build on them, into .cache/docs/site
	@scripts/docs.sh

check-docs: ## Check that links, names, settings and commands of the documents are as they say
	@scripts/test.sh documents

lint: ## Check the formatting, the layout of the modules, the scripts and the news fragments
	@scripts/lint.sh

news: ## Check that each commit of RANGE that changes the product has a news fragment, or says why not
	@scripts/changes.sh demand "$${RANGE:-origin/main..HEAD}"

format: ## Format the Swift code
	@scripts/format.sh

hooks: ## Have git check formatting, layout and news before each commit
	@scripts/hooks.sh install

bench: ## Measure what one message costs, and the server beside the least that a room server has to do
	@scripts/bench.sh $(BENCH)

sbom: ## List what the programs are made of, as CycloneDX, into .cache/release
	@scripts/sbom.sh

changelog: ## Make the changelog of VERSION from the news fragments, and write the version into the programs
	@scripts/changes.sh release "$$VERSION"

release-check: ## Check that everything is ready for TAG: version, changelog, no fragments left
	@scripts/release.sh check "$$TAG"

release-programs: ## Build the programs of a release for this kind of machine, as an archive
	@scripts/release.sh programs

release-image: ## Build the image of a release for this kind of machine, and push it to IMAGE where PUSH=yes
	@scripts/release.sh image

release-publish: ## Join the images of all kinds of machines, and publish the archives of a release with its notes
	@scripts/release.sh publish

install: ## Install chat-cli with its completions and its manual into PREFIX
	@scripts/install.sh install

uninstall: ## Remove from PREFIX what `make install` put there
	@scripts/install.sh uninstall

clean: ## Remove what was built and downloaded
	rm -rf .build .cache

dev-clean: ## Take back all that was set up: installed packages, hooks, what was built and downloaded
	@scripts/dev-clean.sh
