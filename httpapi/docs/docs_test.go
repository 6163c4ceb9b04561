package docs_test

import (
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"parley/httpapi/docs"
)

func TestExamplesInADescriptionStandOut(t *testing.T) {
	api := huma.DefaultConfig("Test", "1").OpenAPI
	api.Tags = []*huma.Tag{{Name: "Live"}}
	api.AddOperation(&huma.Operation{
		OperationID: "live", Method: "GET", Path: "/live", Tags: []string{"Live"},
		Description: "Say:\n\n{\"type\":\"<b>\"} to be bold.\n{not JSON}\n{\"type\":\"plain\"}",
	})
	page, err := docs.Render(api, "/spec", "/style")
	if err != nil {
		t.Fatal(err)
	}
	want := `<p class="text">Say:

<code>{&#34;type&#34;:&#34;&lt;b&gt;&#34;}</code> to be bold.
{not JSON}
<code>{&#34;type&#34;:&#34;plain&#34;}</code>
</p>`
	if !strings.Contains(string(page), want) {
		t.Errorf("got %s", page)
	}
}
