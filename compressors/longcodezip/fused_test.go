package longcodezip

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

// modelSaying is a model that gives chunks these gains.
func modelSaying(gains ...float64) *fakeScorer {
	return &fakeScorer{gains: func(context.Context, string, []string) ([]float64, Usage, error) {
		return slices.Clone(gains), Usage{Sequences: len(gains)}, nil
	}}
}

func TestFusedGains(t *testing.T) {
	ctx := context.Background()
	chunks := []string{"func open()", "func shut()", "func none()"}
	query := "open, and shut, shut"
	words, _, _ := NewLexical().Gains(ctx, query, chunks)
	if !(words[1] > words[0] && words[0] > 0 && words[2] == 0) {
		t.Fatalf("scores by words %v", words)
	}
	got, usage, err := NewFused(modelSaying(-0.5, 0.25, 2)).Gains(ctx, query, chunks)
	want := []float64{-0.5 + wordNats*words[0]/words[1], 0.25 + wordNats, 2}
	if err != nil || usage.Sequences != 3 {
		t.Fatalf("%v, %v", usage, err)
	}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-12 {
			t.Errorf("got %v; want %v", got, want)
		}
	}
}

func TestFusedWithoutWords(t *testing.T) {
	got, _, err := NewFused(modelSaying(1, -1)).Gains(context.Background(), "nothing", []string{"a", "b"})
	if err != nil || !slices.Equal(got, []float64{1, -1}) {
		t.Errorf("got %v, %v; want the model's", got, err)
	}
}

func TestFusedIsApart(t *testing.T) {
	ctx := context.Background()
	f := NewFused(&fakeScorer{})
	query, chunks := "close file", []string{"func CloseFile()", "func Open()", "file := 1"}
	whole, _, err := f.Gains(ctx, query, chunks)
	if err != nil {
		t.Fatal(err)
	}
	// The model's part may come from elsewhere, and is not changed.
	pure, _, _ := f.Apart().Gains(ctx, query, chunks)
	before := slices.Clone(pure)
	sum, err := f.Add(ctx, query, chunks, pure)
	if err != nil || !slices.Equal(sum, whole) || !slices.Equal(pure, before) {
		t.Errorf("%v in two steps, %v in one, %v", sum, whole, err)
	}
	a, _, _ := f.LineNLL(ctx, chunks)
	b, _, _ := (&fakeScorer{}).LineNLL(ctx, chunks)
	if len(a) != 3 || a[0][0] != b[0][0] {
		t.Errorf("lines %v; the model's %v", a, b)
	}
	if n := f.Name(); !strings.Contains(n, "fake") || !strings.Contains(n, NewLexical().Name()) {
		t.Errorf("name %s", n)
	}
}

func TestFusedErrors(t *testing.T) {
	boom := errors.New("boom")
	bad := &fakeScorer{gains: func(context.Context, string, []string) ([]float64, Usage, error) { return nil, Usage{}, boom }}
	if g, _, err := NewFused(bad).Gains(context.Background(), "a", []string{"a"}); !errors.Is(err, boom) || g != nil {
		t.Errorf("the model's error: %v, %v", g, err)
	}
	if g, _, err := NewFused(modelSaying(1, 2)).Gains(context.Background(), "a", []string{"a"}); err == nil {
		t.Errorf("two gains for a chunk: %v", g)
	}
}
