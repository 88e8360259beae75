# make serve and make test do all the set-up themselves. make help lists the rest.

ifeq ($(shell uname -s),Darwin)
runtime := libonnxruntime.dylib
else
runtime := libonnxruntime.so
endif

native := $(CURDIR)/.native
# Go splits this variable like a shell, so a path with a space wants quotes.
link := -L$(native)/lib
ifneq ($(words $(link)),1)
link := "$(link)"
endif
ifeq ($(findstring $(link),$(CGO_LDFLAGS)),)
export CGO_LDFLAGS := $(strip $(link) $(CGO_LDFLAGS))
endif

# Tests open this runtime library. bin/pith looks beside itself and needs no
# telling, so make serve passes on only what the user has set.
ifeq ($(origin PITH_ORT_LIBRARY),undefined)
own_runtime := env -u PITH_ORT_LIBRARY
endif
PITH_ORT_LIBRARY ?= $(native)/lib/$(runtime)
export PITH_ORT_LIBRARY

VERSION := $(shell scripts/version.sh)

# What a run of make can narrow or widen.
PKG ?= ./...
BENCH ?= .
COUNT ?= 1
ARGS ?=

.DEFAULT_GOAL := help

## help: list the targets
.PHONY: help
help:
	@echo 'make TARGET, with NAME=VALUE for the variables named:'
	@sed -n 's/^## //p' Makefile | awk -F ': ' '{ printf "  %-12s %s\n", $$1, $$2 }'

## serve: set up, build and run the service on 127.0.0.1:8484 (ARGS)
.PHONY: serve
serve: build
	@exec $(own_runtime) bin/pith serve $(ARGS)

## build: set up and build bin/, one folder with everything that pith needs
.PHONY: build
build: native
	go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/pith ./cmd/pith
	scripts/bundle.sh bin

## dist: build a release archive of bin/ for this platform in dist/
.PHONY: dist
dist: build
	scripts/dist.sh '$(VERSION)'

## test: set up and run all tests with the race detector, then the contract fuzzer (PKG)
.PHONY: test
test: native
	scripts/clients.sh
	scripts/redis.sh
	go test -race -vet=off -timeout 20m $(PKG)
	go -C tools test -vet=off ./...
	@if [ -x scripts/contract-fuzz.sh ]; then \
		echo scripts/contract-fuzz.sh; scripts/contract-fuzz.sh; fi

## test-short: set up and run the quick tests only (PKG)
.PHONY: test-short
test-short: native
	go test -short -vet=off -timeout 5m $(PKG)

## check: formatting, vet, staticcheck, known vulnerabilities, generated code, contract, links
.PHONY: check
check: native
	scripts/check.sh

## bench: run every benchmark below, one after the other
.PHONY: bench
bench: bench-go bench-http bench-cold bench-load bench-proxy bench-cache bench-lossless bench-peers bench-code

## bench-go: the Go benchmarks (PKG, BENCH, COUNT)
.PHONY: bench-go
bench-go: native
	go test -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) -timeout 60m $(PKG)

## bench-http: the whole HTTP path against bare runs of the model (ARGS)
## bench-peers: pith against the Python package llmlingua; 6 GB of disk (ARGS)
## bench-load: 200 requests at once, and past the bound (ARGS)
## bench-cold: time from start to first answer, peak memory (ARGS)
## bench-proxy: what the proxy adds to requests and streams (ARGS)
## bench-cache: what is read again, and how fast, once a text is known (ARGS)
## bench-lossless: what lossless methods save, and how fast they are (ARGS)
## bench-code: source code, against the Python package LongCodeZip; 6 GB of disk (ARGS)
.PHONY: bench-http bench-peers bench-load bench-cold bench-proxy bench-cache bench-lossless bench-code
bench-http bench-peers bench-load bench-cold bench-proxy bench-cache bench-lossless bench-code: build
	$(own_runtime) bench/run.sh $(@:bench-%=%) $(ARGS)

## generate: write the generated code anew, from openapi.yaml
.PHONY: generate
generate:
	go generate ./service/...

## fmt: format the Go files
.PHONY: fmt
fmt:
	scripts/gofiles.sh | xargs gofmt -w

## native: put the native parts into .native/lib
.PHONY: native
native:
	@scripts/native.sh

## clean: remove what was built
.PHONY: clean
clean:
	rm -rf bin dist

## distclean: remove what was built and what was fetched
.PHONY: distclean
distclean: clean
	rm -rf .native .venv node_modules
