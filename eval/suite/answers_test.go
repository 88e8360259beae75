package suite

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/reader"
	"github.com/pith-proxy/pith/eval/reader/fakevendor"
)

// answersBy has whole texts answered in one way and all else found.
func answersBy(o *Options, whole func(p reader.Prompt) reader.Answer) {
	texts := map[string]bool{}
	for i, it := range o.Set.Items {
		t, _ := o.Set.Task(it.Dataset)
		texts[t.Ask(o.Set.Items[i], o.Counter).Prompt(it.Context)] = true
	}
	o.Reader = fakeReader{"fake", func(ctx context.Context, p reader.Prompt) (reader.Answer, error) {
		if texts[p.Text] {
			return whole(p), nil
		}
		return finds(ctx, p)
	}}
}

// Nine whole texts are read. What became of them is said in the same words by a run that
// takes all from disk.
func TestNotesOnAnswers(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer reader.Answer
		want   []string // parts of the only note on answers
	}{
		{"too_long", reader.Answer{Finish: reader.FinishContext}, []string{"9 prompts (none 9) were longer"}},
		{"filtered", reader.Answer{Finish: reader.FinishFilter, PromptTokens: 1}, []string{"9 answers (none 9) were taken by the vendor's filter"}},
		{"cut", reader.Answer{Finish: "length", PromptTokens: 1, CompletionTokens: 8}, []string{"9 answers (none 9) reached the cap"}},
		{"silent", reader.Answer{Finish: "stop", PromptTokens: 1}, []string{"9 answers (none 9) had no text"}},
		{"cut_with_text", reader.Answer{Text: "x", Finish: "length", PromptTokens: 1}, nil},
		{"estimated", reader.Answer{Text: "x", Finish: "stop", PromptTokens: 1, Estimated: true}, []string{"Of 9 answers (none 9) the vendor said no tokens"}},
		{"in_doubt", reader.Answer{Text: "x", Finish: "stop", PromptTokens: 100, InDoubt: true},
			[]string{"The calls of 9 answers (none 9) were sent again", "charged for those too, $0.00180 each time."}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := readerRun(t.TempDir())
			answersBy(&o, func(reader.Prompt) reader.Answer { return tt.answer })
			first := mustRun(t, o)
			plain := mustRun(t, readerRun("")).Notes
			var notes []string
			for _, n := range first.Notes {
				if !slices.Contains(plain, n) {
					notes = append(notes, n)
				}
			}
			if len(notes) != min(1, len(tt.want)) {
				t.Fatalf("notes %q", notes)
			}
			for _, part := range tt.want {
				if !strings.Contains(notes[0], part) {
					t.Errorf("%q is not in %q", part, notes[0])
				}
			}
			for _, out := range first.Outcomes {
				if out.Arm == "none" && out.Read != nil && out.Values[score] != 0 {
					t.Errorf("%s scores %v", out.ID, out.Values[score])
				}
			}
			n := watch(&o)
			same(t, "from disk", mustRun(t, o), first)
			if n.readers != 0 {
				t.Errorf("%d answers were asked again", n.readers)
			}
		})
	}
	o := readerRun("")
	answersBy(&o, func(reader.Prompt) reader.Answer { return reader.Answer{InDoubt: true, Text: "x", PromptTokens: 1} })
	o.Input, o.Output = 0, 0
	if notes := mustRun(t, o).Notes; strings.Contains(strings.Join(notes, ""), "$") {
		t.Errorf("dollars without prices: %q", notes)
	}
}

// A prompt that does not fit scores 0 whatever the metric says, and ends no run of an arm
// that reads for itself.
func TestTooLongScoresNothing(t *testing.T) {
	o := readerRun("")
	proxied(&o, false)
	refuse := func(context.Context, reader.Prompt) (reader.Answer, error) {
		return reader.Answer{Finish: reader.FinishContext}, nil
	}
	o.Arms[len(o.Arms)-1].Reader = func(float64) reader.Reader { return fakeReader{"proxy", refuse} }
	o.Score = func(string, string, []string, []string) (float64, error) { return 1, nil }
	n := 0
	for _, out := range mustRun(t, o).Outcomes {
		if out.Arm != "proxy" {
			continue
		}
		n++
		if v, ok := out.Values[score]; out.Kept != out.Full || v != 0 || ok != (out.Task != "task2") {
			t.Errorf("%+v", out)
		}
	}
	if n == 0 {
		t.Error("no outcomes")
	}
}

// TestTooLongIsNoGain: where the whole text does not fit the model, an arm that fits is no
// better for that, and where an arm does not fit it is no worse. All else is compared.
func TestTooLongIsNoGain(t *testing.T) {
	o := fixedRun(map[string]func(int) float64{
		"none": func(int) float64 { return 0 }, "head": func(int) float64 { return 0 }, "ours": func(int) float64 { return 0 },
	})
	o.Set.Tasks[0].Prompt, o.Set.Tasks[1].Prompt = "{context} {input}", "{context} {input}"
	o.Set.Tasks[0].Metric, o.Set.Tasks[1].Metric = "m", "m"
	for i := range o.Set.Items {
		o.Set.Items[i].Question = fmt.Sprint(i)
	}
	// Eight whole texts of 21 do not fit, and one text of head's.
	o.Reader = fakeReader{"fake", func(_ context.Context, p reader.Prompt) (reader.Answer, error) {
		name, item, _ := strings.Cut(p.Text, " ")
		n, err := strconv.Atoi(item)
		if name == "none" && n < 8 || name == "head" && n == 20 {
			return reader.Answer{Finish: reader.FinishContext}, err
		}
		return reader.Answer{Text: name, PromptTokens: 5}, err
	}}
	o.Score = func(_, said string, _, _ []string) (float64, error) {
		return map[string]float64{"none": 0.5, "head": 0.5, "ours": 0.25}[said], nil
	}
	r := mustRun(t, o)
	for _, c := range r.Cells {
		v := c.Values[score]
		if c.Task != "" || c.Arm != "ours" {
			continue
		}
		if v.Items != 21 || v.LossItems != 13 || v.GainItems != 20 || v.Loss.Mean != -0.25 || v.Gain.Mean != -0.25 {
			t.Errorf("%+v, loss %v, gain %v", v, v.Loss, v.Gain)
		}
		if m := c.Values["m"]; m.LossItems != 21 || m.GainItems != 21 {
			t.Errorf("a measure of the text: %+v", m)
		}
	}
	want := map[string]int{"none": 13, "head": 20}
	for _, h := range listed(r)["ours"] {
		if h.Task == "" && h.Measure == score && h.Items != want[h.Than] {
			t.Errorf("%+v", h)
		}
		if h.Task == "" {
			delete(want, h.Than)
		}
	}
	if len(want) > 0 {
		t.Errorf("not found to be lower than %v", want)
	}
	for _, out := range r.Outcomes {
		if want := out.Arm == "none" && out.Values[score] == 0 || out.Arm == "head" && out.ID == "u"; out.Read.TooLong != want {
			t.Errorf("%s of %s is too long: %v", out.ID, out.Arm, out.Read.TooLong)
		}
	}
	note := "9 prompts (head 1, none 8) were longer, with room for an answer, than the model's window: they were not read, and score 0. Pairs of answers with such a prompt on either side are left out where scores are compared: 17 with the whole text, 10 with head."
	if !slices.Contains(r.Notes, note) {
		t.Errorf("notes %q", r.Notes)
	}
}

// TestCellsCountWhatIsNoAnswer, and leave the count to the cells that it is of.
func TestCellsCountWhatIsNoAnswer(t *testing.T) {
	for name, a := range map[string]reader.Answer{
		"too_long": {Finish: reader.FinishContext}, "filtered": {Finish: reader.FinishFilter, PromptTokens: 1}, "blank": {Text: " \n", Finish: "length", PromptTokens: 1},
	} {
		o := readerRun("")
		answersBy(&o, func(reader.Prompt) reader.Answer { return a })
		for _, c := range mustRun(t, o).Cells {
			want := 0
			if c.Arm == "none" {
				want = map[string]int{"": 9, "task0": 6, "task1": 3}[c.Task]
			}
			if c.Unanswered != want {
				t.Errorf("%s: %s at %v, %q: %d, want %d", name, c.Arm, c.Rate, c.Task, c.Unanswered, want)
			}
		}
	}
}

// A vendor is asked through a real client when the run is told to stop: the answer comes
// in, and nothing else is asked.
func TestStopKeepsWhatIsPaidFor(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	stopped := make(chan struct{})
	context.AfterFunc(ctx, func() { close(stopped) })
	vendor := fakevendor.New(fakevendor.Options{Hook: func(s fakevendor.Stage, _ fakevendor.Request) {
		if s == fakevendor.Charged {
			stop()
			<-stopped
		}
	}})
	server := httptest.NewServer(vendor)
	defer server.Close()
	store, err := reader.OpenStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	client, err := reader.New(reader.Options{BaseURL: server.URL, Model: "m", Store: store, Count: eval.Words.Count})
	if err != nil {
		t.Fatal(err)
	}
	o := readerRun(t.TempDir())
	o.Reader, o.Concurrency = client, 1
	_, err = Run(ctx, o)
	var s *Stopped
	if !errors.Is(err, context.Canceled) || !errors.As(err, &s) || !strings.Contains(s.Standing, "and the same command goes on from there") {
		t.Errorf("got %v", err)
	}
	if l := vendor.Ledger().Totals; l.Received != 1 || store.InDoubt() != 0 {
		t.Errorf("ledger %+v, %d in doubt", l, store.InDoubt())
	}
	if n := lines(t, o.Dir) - 1; n != 1 {
		t.Errorf("%d results are in the journal", n)
	}
}
