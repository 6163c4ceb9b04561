package domain_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"parley/domain"
)

func TestAnUnclassifiedErrorIsInternalAndTellsNothing(t *testing.T) {
	cause := errors.New("password=hunter2")
	got := domain.AsError(fmt.Errorf("open: %w", cause))
	if got.Kind != domain.Internal || got.Code != domain.CodeInternal || !errors.Is(got, cause) {
		t.Errorf("got %+v", got)
	}
	if got.Message == "" || got.Message == cause.Error() {
		t.Errorf("the message shown is %q", got.Message)
	}
}

func TestAnErrorIsFoundUnderItsContext(t *testing.T) {
	err := fmt.Errorf("append: %w", domain.Unreachable(errors.New("connection refused")))
	if domain.KindOf(err) != domain.Unavailable || !domain.HasCode(err, "store.unavailable") {
		t.Errorf("got %v", err)
	}
	if domain.AsError(nil) != nil || domain.HasCode(nil, "") {
		t.Error("nil is an error")
	}
	if slices.Contains(domain.Kinds(), domain.KindOf(nil)) {
		t.Errorf("nil is of kind %d", domain.KindOf(nil))
	}
}
