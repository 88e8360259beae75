package suite

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/reader"
	"github.com/pith-proxy/pith/eval/report"
)

// vendorCount is of another unit than the run's, and with a frame around each message.
func vendorCount(words int) int { return 7 + words*17/10 }

// relayed has the whole texts read by a vendor with a unit of its own, and an arm through
// which every other item passes unchanged while half the words of the rest go.
func relayed(o *Options) (changed map[string]bool, calls *atomic.Int64) {
	changed, calls = map[string]bool{}, &atomic.Int64{}
	texts := map[string]string{}
	for i, it := range o.Set.Items {
		t, _ := o.Set.Task(it.Dataset)
		texts[t.Ask(it, o.Counter).Prompt(it.Context)] = it.ID
		changed[it.ID] = i%2 == 1
	}
	answer := func(share float64) func(context.Context, reader.Prompt) (reader.Answer, error) {
		return func(ctx context.Context, p reader.Prompt) (reader.Answer, error) {
			calls.Add(1)
			a, err := finds(ctx, p)
			n := eval.Words.Count(p.Text)
			if changed[texts[p.Text]] {
				n = 4 + int(share*float64(n-4)) // two words before the context and two behind stay
			}
			a.PromptTokens = vendorCount(n)
			return a, err
		}
	}
	o.Reader = fakeReader{"vendor", answer(1)}
	o.Arms = append(o.Arms, Arm{Arm: spy{eval.Full(), "proxy", func(string, eval.Item, eval.Limit) error { return errFake }}, Kind: "pith",
		Reader: func(rate float64) reader.Reader { return fakeReader{"proxy", answer(rate)} }})
	return changed, calls
}

// TestUnchangedPromptsAreKeptWhole: whatever a vendor calls a token, a prompt that it counts
// as the raw one was kept whole, and half a prompt is about half of it.
func TestUnchangedPromptsAreKeptWhole(t *testing.T) {
	o := readerRun(t.TempDir())
	o.Set.Tasks[2].Metric = "exact"
	for i := range o.Set.Items {
		o.Set.Items[i].Answers = []string{"gold"}
	}
	changed, calls := relayed(&o)
	r := mustRun(t, o)
	for _, out := range r.Outcomes {
		if out.Arm != "proxy" {
			continue
		}
		want := out.Full
		if changed[out.ID] {
			want = int(out.Rate * float64(out.Full))
		}
		// The frame is up to a sixth of what is counted of such short prompts.
		if d := out.Kept - want; d < -1 || d > 3 || !changed[out.ID] && d != 0 {
			t.Errorf("%s at %v: kept %d of %d, want %d", out.ID, out.Rate, out.Kept, out.Full, want)
		}
	}
	if note := keptNoteOf(r); !strings.Contains(note, "the difference of what the vendor counted of the two") || strings.Contains(note, "no raw prompt") {
		t.Errorf("note %q", note)
	}
	asked := calls.Load()
	same(t, "resumed", mustRun(t, o), r)
	if calls.Load() != asked {
		t.Errorf("%d answers were asked again", calls.Load()-asked)
	}
}

func keptNoteOf(r *report.Report) string {
	i := slices.IndexFunc(r.Notes, func(s string) bool { return strings.HasPrefix(s, "What proxy kept") })
	if i < 0 {
		return ""
	}
	return r.Notes[i]
}

// TestKeptWithoutTheRawCount: the last task is not read whole, as no metric scores it; and
// without the whole text nothing is.
func TestKeptWithoutTheRawCount(t *testing.T) {
	o := readerRun("")
	relayed(&o)
	r := mustRun(t, o)
	if note := keptNoteOf(r); !strings.Contains(note, "Of 4 of 22 texts the vendor counted no raw prompt") {
		t.Errorf("note %q", note)
	}
	o.Arms = o.Arms[1:]
	r = mustRun(t, o)
	if note := keptNoteOf(r); !strings.HasPrefix(note, "What proxy kept is what its reader counted of the prompt") {
		t.Errorf("note %q", note)
	}
	for _, out := range r.Outcomes {
		if out.Arm == "proxy" && out.Kept != out.Read.PromptTokens-4 {
			t.Errorf("%s: kept %d of a prompt of %d", out.ID, out.Kept, out.Read.PromptTokens)
		}
	}
}

func TestKeptOf(t *testing.T) {
	whole := &reading{PromptTokens: 200}
	for _, tt := range []struct {
		name  string
		a     reading
		whole *reading
		want  int
	}{
		{"unchanged", reading{PromptTokens: 200}, whole, 90},
		{"half_of_the_text", reading{PromptTokens: 110}, whole, 45},
		{"rounded", reading{PromptTokens: 199}, whole, 89}, // half a token, away from 0
		{"longer", reading{PromptTokens: 220}, whole, 100},
		{"nothing", reading{PromptTokens: 1}, whole, 0},
		{"too_long", reading{Finish: reader.FinishContext}, whole, 90},
		{"filtered_and_guessed", reading{Finish: reader.FinishFilter, PromptTokens: 50, Estimated: true}, whole, 90},
		{"filtered_and_counted", reading{Finish: reader.FinishFilter, PromptTokens: 110}, whole, 45},
		{"no_raw_count", reading{PromptTokens: 60}, nil, 50},
		{"no_raw_count_and_short", reading{PromptTokens: 5}, nil, 0},
	} {
		if got := keptOf(&tt.a, tt.whole, 100, 90); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}
