package compressors

import (
	"bytes"
	"context"
	"crypto/sha256"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/tokenize"
)

// neverInKey are the fields of a request that its result does not depend on.
var neverInKey = []string{".Contexts.ID", ".Memory", ".Hasty"}

// Every field of a request that is not among those is in its fingerprint, also one that
// is added later.
func TestEveryFieldIsInTheFingerprint(t *testing.T) {
	base := func() *pith.Request {
		return &pith.Request{Contexts: []pith.Context{{Text: "text"}}, Options: pith.Options{Preserve: pith.Preserve{
			Patterns: []*regexp.Regexp{regexp.MustCompile("a")}}}}
	}
	want := fingerprint(base())
	var fields []string
	var visit func(path string, get func(*pith.Request) reflect.Value)
	visit = func(path string, get func(*pith.Request) reflect.Value) {
		v := get(base())
		if v.Kind() == reflect.Struct {
			for i := range v.NumField() {
				visit(path+"."+v.Type().Field(i).Name, func(r *pith.Request) reflect.Value { return get(r).Field(i) })
			}
			return
		}
		if v.Type() == reflect.TypeFor[[]pith.Context]() {
			visit(path, func(r *pith.Request) reflect.Value { return get(r).Index(0) })
			return
		}
		fields = append(fields, path)
		req := base()
		changed := get(req)
		switch changed.Kind() {
		case reflect.String:
			changed.SetString("other")
		case reflect.Int:
			changed.SetInt(7)
		case reflect.Float64:
			changed.SetFloat(0.7)
		case reflect.Bool:
			changed.SetBool(true)
		case reflect.Interface:
			changed.Set(reflect.ValueOf(memory{}))
		case reflect.Slice:
			if changed.Type() == reflect.TypeFor[[]*regexp.Regexp]() {
				req.Options.Preserve.Patterns = []*regexp.Regexp{regexp.MustCompile("b")}
			} else {
				changed.Set(reflect.ValueOf([]string{"other"}))
			}
		default:
			t.Fatalf("%s is of a kind that this test does not know", path)
		}
		same := bytes.Equal(fingerprint(req), want)
		never := false
		for _, n := range neverInKey {
			never = never || n == path
		}
		if same != never {
			t.Errorf("%s changed: the fingerprint is the same: %v, want %v", path, same, never)
		}
	}
	visit("", func(r *pith.Request) reflect.Value { return reflect.ValueOf(r).Elem() })
	if len(fields) < 25 {
		t.Errorf("only %d fields were looked at: %v", len(fields), fields)
	}
}

// The name of a file tells its language, on which the result may depend.
func TestNamesOfFilesAreInTheFingerprint(t *testing.T) {
	of := func(id string) []byte {
		return fingerprint(&pith.Request{Contexts: []pith.Context{{ID: id, Text: "text"}}})
	}
	if bytes.Equal(of("src/a.py"), of("src/a.rb")) {
		t.Error("a file that is named otherwise has the same fingerprint")
	}
	if !bytes.Equal(of("doc-1"), of("doc-2")) {
		t.Error("a text that is named otherwise has another fingerprint")
	}
}

// JSON would change a name that is no text.
func TestWhatJSONWouldChangeIsNotKept(t *testing.T) {
	for name, want := range map[string]bool{"größe": true, "caf\xe9": false} {
		res := pith.Result{Contexts: []pith.ContextResult{{Text: "a", Chunks: []pith.Chunk{{Name: name}}}}}
		if _, ok := encodeResult(&res); ok != want {
			t.Errorf("%q: kept %v", name, ok)
		}
	}
}

// Text cannot move from one field to the next.
func FuzzFingerprintBorders(f *testing.F) {
	f.Add("ab", "c", "d", "e")
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		make := func(a, b, c, d string) []byte {
			return fingerprint(&pith.Request{Question: pith.Text(a), Instruction: pith.Text(b), Contexts: []pith.Context{{Text: pith.Text(c)}, {Text: pith.Text(d)}},
				Options: pith.Options{ForceTokens: []string{a, b}, Preserve: pith.Preserve{Literals: []string{c}}}})
		}
		one := make(a, b, c, d)
		for _, other := range [][4]string{{a + b, "", c, d}, {"", a + b, c, d}, {a, b, c + d, ""}, {a, b, "", c + d}, {a, b + c, "", d}, {b, a, c, d}, {a, b, d, c}} {
			if other != [4]string{a, b, c, d} && bytes.Equal(one, make(other[0], other[1], other[2], other[3])) {
				t.Fatalf("%q and %q have one fingerprint", [4]string{a, b, c, d}, other)
			}
		}
	})
}

// memory is a map.
type memory map[pith.Key][]byte

func (memory) Key(kind string, fields ...[]byte) pith.Key {
	sum := sha256.Sum256(append([]byte(kind+"\x00"), bytes.Join(fields, []byte{0})...))
	return pith.Key(sum[:20])
}

func (m memory) Get(_ context.Context, keys []pith.Key) [][]byte {
	out := make([][]byte, len(keys))
	for i, k := range keys {
		out[i] = m[k]
	}
	return out
}

func (m memory) Put(k pith.Key, v []byte) { m[k] = v }

// counting gives results with everything in them, and counts.
type counting struct {
	None
	calls *int
}

func (c counting) Compress(ctx context.Context, req pith.Request) (pith.Result, error) {
	*c.calls++
	res, err := c.None.Compress(ctx, req)
	if err != nil {
		return res, err
	}
	score := 0.5
	res.Models, res.Warnings = []string{"m"}, []string{"w"}
	res.Timing.Model = 5
	for i := range res.Contexts {
		cx := &res.Contexts[i]
		cx.Text, cx.Status, cx.Score, cx.OutputTokens = cx.Text[:len(cx.Text)/2], pith.StatusCompressed, &score, 1
		cx.Warnings, cx.Spans = []string{"v"}, []pith.Span{{Start: 0, End: len(cx.Text)}}
		cx.Labels = []pith.Label{{Span: pith.Span{End: 1}, Keep: true, Prob: .25}}
		cx.Chunks = []pith.Chunk{{Span: pith.Span{End: 1}, Name: "Box.size", Kind: "definition", Action: pith.ActionFine,
			Lines: [][2]int{{1, 2}, {5, 5}}, Tokens: 9, Score: &score}}
	}
	return res, nil
}

func TestRemembering(t *testing.T) {
	calls := 0
	method := counting{None{Counter: tokenize.CounterFor}, &calls}
	r := Remembering{Router: NewRouter(method, method), Version: "1"}
	m := memory{}
	req := pith.Request{Memory: m, Contexts: []pith.Context{{ID: "a", Text: "some text"}, {ID: "b", Text: "text that is no UTF-8: \xff\xfe"}}}
	compress := func() pith.Result {
		t.Helper()
		res, err := r.Compress(context.Background(), req)
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	first := compress()
	req.Contexts[0].ID = "other"
	again := compress()
	if calls != 1 || !again.Cache.Result || first.Cache.Result {
		t.Fatalf("%d calls; %+v, then %+v", calls, first.Cache, again.Cache)
	}
	if again.Contexts[0].ID != "other" || again.Timing != (pith.Timing{}) {
		t.Errorf("the name or the time of the first request came back: %+v", again)
	}
	again.Contexts[0].ID, again.Cache, first.Timing = "a", pith.CacheStats{}, pith.Timing{}
	if !reflect.DeepEqual(first, again) {
		t.Errorf("got %#v\nwant %#v", again, first)
	}
	for k, v := range m { // a value that is damaged is none
		for n := range v {
			m[k] = v[:n]
			if res := compress(); res.Cache.Result {
				t.Fatalf("the first %d bytes of %d were believed", n, len(v))
			}
		}
		m[k] = append(bytes.Clone(v), 0)
		if res := compress(); res.Cache.Result {
			t.Fatal("a value that goes on was believed")
		}
	}
	calls = 0
	r.Version = "2"
	compress()
	req.Memory = nil
	compress()
	if calls != 2 {
		t.Errorf("%d calls, want one for another version and one without a memory", calls)
	}
	req.Contexts[0].Method = "no such"
	if _, err := r.Compress(context.Background(), req); err == nil || !strings.Contains(err.Error(), "no such method") {
		t.Errorf("got %v", err)
	}
}
