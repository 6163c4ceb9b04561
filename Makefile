.PHONY: run setup test short lint types bench build

run: ## serve on this machine, making .env on the first run
	go run ./cmd/parley serve --init

build: ## the static program
	CGO_ENABLED=0 go build -trimpath -o bin/parley ./cmd/parley

setup: ## install what the tests need and this machine lacks
	.ci/setup

test: setup ## everything, with the race detector; what is measured, without
	.ci/with-postgres go test -race -timeout 20m ./...
	go test -run TestHowLongARefusalTakesTellsNothing ./domain/auth

short: ## what needs nothing and takes seconds
	go test -short ./...

lint: ## format, vet, staticcheck and more
	go tool -modfile=tools/go.mod golangci-lint run

types: setup ## the types of the page's modules, which say what they are in JSDoc
	cd httpapi/web/check && npm ci --silent && npx tsc -p .

bench: setup ## the benchmarks, one after the other
	.ci/with-postgres go test -p 1 -run '^$$' -bench . -benchmem -timeout 60m ./...
