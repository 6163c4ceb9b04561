package tui_test

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"parley/domain/auth"
	"parley/domain/chat"
	"parley/store/storetest"
)

func reading() auth.Origin {
	return auth.Origin{Door: auth.Console, Addr: netip.MustParseAddr("127.9.9.9")}
}

func span() chat.Span { return chat.Span{Limit: chat.MaxPage} }

var numbered = regexp.MustCompile(`message number (\d+)`)

// numbersIn lists the numbers of the numbered messages on a screen.
func numbersIn(screen string) []int {
	var numbers []int
	for _, match := range numbered.FindAllStringSubmatch(screen, -1) {
		n, err := strconv.Atoi(match[1])
		if err != nil {
			panic(err)
		}
		numbers = append(numbers, n)
	}
	return numbers
}

// body is a screen without its header and the lines below the timeline.
func body(screen string) string {
	rows := strings.Split(screen, "\n")
	return strings.Join(rows[1:len(rows)-2], "\n")
}

// newCore runs a core for one test, beside those of other tests.
func newCore(t *testing.T) *storetest.Core {
	t.Helper()
	t.Parallel()
	return storetest.NewCore(t)
}
