package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"

	"github.com/pith-proxy/pith/bench/internal/markdown"
	"github.com/pith-proxy/pith/bench/internal/server"
)

// json measures JSON: records made here, answers of pith, and output of programs.
func (b *bench) json(bin string) error {
	own, err := answers(bin)
	if err != nil {
		return err
	}
	printed, missing := outputs(documents)
	markdown.Heading("JSON, pretty where it is made here", "text", "tokens", "compact JSON", "CSV", "structure", "lossless", "metatoken", "forms of lossless")
	for _, s := range slices.Concat(made(), own, printed) {
		if err := b.row(s, b.compact(s.text), b.csv(s.text)); err != nil {
			return err
		}
	}
	b.sum("all", 2)
	tellMissing(missing)
	return nil
}

// compact is the tokens of the values without white space, one a line; -1 if text is no
// JSON.
func (b *bench) compact(text string) int {
	d := json.NewDecoder(strings.NewReader(text))
	var out bytes.Buffer
	for {
		var v json.RawMessage
		if err := d.Decode(&v); err == io.EOF {
			break
		} else if err != nil || json.Compact(&out, v) != nil {
			return -1
		}
		out.WriteByte('\n')
	}
	return b.counter.Count(strings.TrimSuffix(out.String(), "\n"))
}

// csv is the tokens of an array of flat records as CSV; -1 if text is none.
func (b *bench) csv(text string) int {
	var records []map[string]any
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if d.Decode(&records) != nil || len(records) == 0 {
		return -1
	}
	var keys []string
	for k := range records[0] {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	_ = w.Write(keys)
	for _, r := range records {
		row := make([]string, len(keys))
		for i, k := range keys {
			switch v := r[k].(type) {
			case map[string]any, []any:
				return -1
			case nil:
			default:
				row[i] = fmt.Sprint(v)
			}
		}
		if len(r) != len(keys) {
			return -1
		}
		_ = w.Write(row)
	}
	w.Flush()
	return b.counter.Count(out.String())
}

// made are records as APIs return them, with everything in them different from row to
// row that would be.
func made() []source {
	rng := rand.New(rand.NewPCG(7, 7))
	pick := func(s ...string) string { return s[rng.IntN(len(s))] }
	id := func() string { return fmt.Sprintf("%08x-%04x", rng.Uint32(), rng.Uint32()&0xffff) }
	var flat, nested, mixed, long []any
	for i := range 200 {
		name := pick("Ana", "Bo", "Chen", "Dora", "Emil", "Fatima", "Goran", "Hana") + " " + pick("Sato", "Moreau", "Okafor", "Lindqvist", "Rossi")
		flat = append(flat, ordered("id", i+1, "name", name, "department", pick("sales", "support", "research"),
			"salary", 40_000+rng.IntN(60_000), "active", rng.IntN(5) > 0, "hired", fmt.Sprintf("20%02d-%02d-%02d", 10+rng.IntN(15), 1+rng.IntN(12), 1+rng.IntN(28))))
		nested = append(nested, ordered("number", 1000+i, "title", pick("Crash", "Slow start", "Wrong total", "Typo")+" in "+pick("export", "login", "search", "the editor"),
			"state", pick("open", "closed"), "user", ordered("login", strings.ToLower(strings.Fields(name)[0]), "id", 100+rng.IntN(900), "site_admin", false),
			"labels", []any{pick("bug", "feature"), pick("p1", "p2", "p3")}, "comments", rng.IntN(30), "created_at", fmt.Sprintf("2026-%02d-%02dT%02d:%02d:00Z", 1+rng.IntN(12), 1+rng.IntN(28), rng.IntN(24), rng.IntN(60))))
		event := []any{"type", pick("view", "click", "order"), "session", id(), "at", 1_767_225_600 + i*17}
		if rng.IntN(3) == 0 {
			event = append(event, "amount", float64(rng.IntN(10_000))/100)
		}
		if rng.IntN(4) == 0 {
			event = append(event, "referrer", "https://example.com/"+pick("a", "b", "c"))
		}
		mixed = append(mixed, ordered(event...))
		long = append(long, ordered("id", id(), "text", strings.TrimSpace(strings.Repeat(pick("The delivery was late. ", "Support answered at once. ", "I would buy it again. "), 1+rng.IntN(4))), "stars", 1+rng.IntN(5)))
	}
	return []source{{"3 flat records", pretty(flat[:3])}, {"20 flat records", pretty(flat[:20])}, {"200 flat records", pretty(flat)},
		{"200 issues, nested", pretty(ordered("total_count", 200, "items", nested))}, {"200 events, some keys absent", pretty(mixed)},
		{"200 reviews, long texts", pretty(long)}, {"200 flat records, a line each", lines(flat)}}
}

// object is a JSON object whose members keep their order.
type object []any

func ordered(pairs ...any) object { return pairs }

// MarshalJSON implements json.Marshaler.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i := 0; i < len(o); i += 2 {
		b.WriteByte("{,"[min(i, 1)])
		for k, v := range o[i : i+2] {
			raw, err := json.Marshal(v)
			if err != nil {
				return nil, err
			}
			b.Write(raw)
			if k == 0 {
				b.WriteByte(':')
			}
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func pretty(v any) string {
	raw, _ := json.MarshalIndent(v, "", "  ")
	return string(raw)
}

func lines(records []any) string {
	var b strings.Builder
	for _, r := range records {
		raw, _ := json.Marshal(r)
		b.Write(raw)
		b.WriteByte('\n')
	}
	return b.String()
}

// answers are what pith's own API says.
func answers(bin string) ([]source, error) {
	s, err := server.Start(bin)
	if err != nil {
		return nil, err
	}
	defer s.Stop()
	ctx := context.Background()
	if _, err := s.Ready(ctx); err != nil {
		return nil, err
	}
	text := strings.Repeat("The harbour was quiet that morning, and nobody spoke of the 14 ships that had left in May. ", 12)
	body, _ := json.Marshal(map[string]any{"input": text, "rate": 0.5, "method": "llmlingua2", "return": []string{"labels", "spans"}})
	labels, err := fetch(ctx, http.MethodPost, s.URL+"/v1/compress", string(body))
	if err != nil {
		return nil, err
	}
	list, err := fetch(ctx, http.MethodGet, s.URL+"/v1/compressors", "")
	return []source{{"pith: compression with labels", labels}, {"pith: compressors", list}}, err
}

func fetch(ctx context.Context, method, url, body string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answered %s", url, res.Status)
	}
	return string(raw), err
}
