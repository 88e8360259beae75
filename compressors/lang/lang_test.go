package lang_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pith-proxy/pith/compressors/lang"
)

// articles has the first article of the Universal Declaration of Human Rights
// (United Nations, free to copy) in each language.
var articles = map[string]string{
	"en": "All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience and should act towards one another in a spirit of brotherhood.",
	"de": "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und Gewissen begabt und sollen einander im Geist der Brüderlichkeit begegnen.",
	"fr": "Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués de raison et de conscience et doivent agir les uns envers les autres dans un esprit de fraternité.",
	"es": "Todos los seres humanos nacen libres e iguales en dignidad y derechos y, dotados como están de razón y conciencia, deben comportarse fraternalmente los unos con los otros.",
	"pt": "Todos os seres humanos nascem livres e iguais em dignidade e em direitos. Dotados de razão e de consciência, devem agir uns para com os outros em espírito de fraternidade.",
	"ru": "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и совестью и должны поступать в отношении друг друга в духе братства.",
	"zh": "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。",
	"ja": "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。人間は、理性と良心とを授けられており、互いに同胞の精神をもって行動しなければならない。",
	"ko": "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. 인간은 천부적으로 이성과 양심을 부여받았으며 서로 형제애의 정신으로 행동하여야 한다.",
	"nl": "Alle mensen worden vrij en gelijk in waardigheid en rechten geboren. Zij zijn begiftigd met verstand en geweten, en behoren zich jegens elkander in een geest van broederschap te gedragen.",
	"it": "Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti. Essi sono dotati di ragione e di coscienza e devono agire gli uni verso gli altri in spirito di fratellanza.",
	"ca": "Tots els éssers humans neixen lliures i iguals en dignitat i en drets. Són dotats de raó i de consciència, i han de comportar-se fraternalment els uns amb els altres.",
	"sv": "Alla människor är födda fria och lika i värde och rättigheter. De är utrustade med förnuft och samvete och bör handla gentemot varandra i en anda av broderskap.",
	"da": "Alle mennesker er født frie og lige i værdighed og rettigheder. De er udstyret med fornuft og samvittighed, og de bør handle mod hverandre i en broderskabets ånd.",
	"pl": "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw. Są oni obdarzeni rozumem i sumieniem i powinni postępować wobec innych w duchu braterstwa.",
	"cs": "Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv. Jsou nadáni rozumem a svědomím a mají spolu jednat v duchu bratrství.",
	"ro": "Toate ființele umane se nasc libere și egale în demnitate și în drepturi. Ele sunt înzestrate cu rațiune și conștiință și trebuie să se comporte unele față de altele în spiritul fraternității.",
	"hu": "Minden emberi lény szabadon születik és egyenlő méltósága és joga van. Az emberek, ésszel és lelkiismerettel bírván, egymással szemben testvéri szellemben kell hogy viseltessenek.",
	"fi": "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan. Heille on annettu järki ja omatunto, ja heidän on toimittava toisiaan kohtaan veljeyden hengessä.",
	"tr": "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve vicdana sahiptirler ve birbirlerine karşı kardeşlik zihniyeti ile hareket etmelidirler.",
	"vi": "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi. Mọi con người đều được tạo hóa ban cho lý trí và lương tâm và cần phải đối xử với nhau trong tình bằng hữu.",
	"id": "Semua orang dilahirkan merdeka dan mempunyai martabat dan hak-hak yang sama. Mereka dikaruniai akal dan hati nurani dan hendaknya bergaul satu sama lain dalam semangat persaudaraan.",
	"uk": "Всі люди народжуються вільними і рівними у своїй гідності та правах. Вони наділені розумом і совістю і повинні діяти у відношенні один до одного в дусі братерства.",
	"bg": "Всички хора се раждат свободни и равни по достойнство и права. Те са надарени с разум и съвест и следва да се отнасят помежду си в дух на братство.",
	"be": "Усе людзі нараджаюцца свабоднымі і роўнымі ў сваёй годнасці і правах. Яны надзелены розумам і сумленнем і павінны ставіцца адзін да аднаго ў духу брацтва.",
	"el": "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα.",
	"ar": "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق. وقد وهبوا عقلًا وضميرًا وعليهم أن يعامل بعضهم بعضًا بروح الإخاء.",
	"fa": "تمام افراد بشر آزاد به دنیا می\u200cآیند و از لحاظ حیثیت و حقوق با هم برابرند. همه دارای عقل و وجدان هستند و باید نسبت به یکدیگر با روح برادری رفتار کنند.",
	"he": "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם.",
	"hi": "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।",
	"th": "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ",
}

func TestDetectArticles(t *testing.T) {
	for want, text := range articles {
		if got := lang.Detect(text); got != want {
			t.Errorf("Detect(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestDetect(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"empty", "", ""},
		{"numbers", "12 345.6\n7,8 %\n", ""},
		{"punctuation", "--- *** !!!", ""},
		{"address_alone", "https://example.com/a/the/of/index.html", ""},
		{"code_alone", "```go\nfor i := range n { if the == of { return } }\n```\n", ""},
		{"short_english", "What is the name of the person who wrote this?", "en"},
		{"english_with_code", "Call `strings.Cut` before the loop, and do not use regexp.MustCompile in it.", "en"},
		{"english_log", "2024-03-01T10:00:00Z ERROR the connection to db-01:5432 was refused, it will be retried in 5s\n", "en"},
		{"english_names", "The mayor of São Paulo met François Müller and Søren Ångström in Łódź.", "en"},
		{"english_markdown", "# Usage\n\n- **Install** the tool\n- [Run](https://x.io) it from the shell\n- See what you get\n", "en"},
		{"chinese_with_terms", "我们使用 TensorFlow 和 PyTorch 进行训练，结果保存在 checkpoint 目录。", "zh"},
		{"japanese_katakana", "サーバーのログファイルを確認してください", "ja"},
		{"korean_with_terms", "Git 저장소에서 branch 를 merge 하는 방법", "ko"},
		{"traditional_chinese", "人人生而自由，在尊嚴和權利上一律平等。", "zh"},
		{"cherokee", "ᏂᎦᏓ ᎠᏂᏴᏫ ᏂᎨᎫᏓᎸᎾ ᎠᎴ ᎤᏂᏠᏱ ᎤᎾᏕᎿ", lang.Undetermined},
		{"invalid_utf8", "\xff\xfe\x80", ""},
		{"upper_case", "THE CONTRACT MAY NOT BE RENEWED BY THE TENANT WITHOUT NOTICE", "en"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := lang.Detect(tt.text); got != tt.want {
				t.Errorf("Detect(%q) = %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

// languagesOf is the languages of the regions of text, in order.
func languagesOf(text string) string {
	var out []string
	for _, r := range lang.Regions(text) {
		out = append(out, r.Language)
	}
	return strings.Join(out, " ")
}

func TestRegions(t *testing.T) {
	en, de, zh, ja, nl, uk := articles["en"], articles["de"], articles["zh"], articles["ja"], articles["nl"], articles["uk"]
	tests := []struct{ name, text, want string }{
		{"paragraphs", en + "\n\n" + de + "\n\n" + zh + "\n", "en de zh"},
		{"one_line", en + " " + de + " " + en, "en de en"},
		{"unlike_kin", articles["ru"] + "\n" + uk + "\n" + de + "\n" + nl, "ru uk de nl"},
		{"numbers_join", en + "\n1 2 3\n4 5 6\n" + en, "en"},
		{"leading_numbers_join", "2024\n----\n" + de, "de"},
		{"fence_joins", de + "\n```\nfor the of and to in is that was it\n```\n" + de, "de"},
		{"short_line_joins", en + "\nNicht auf der Karte\n" + en, "en"},
		{"short_chinese_joins", en + "\n注意\n" + en, "en"},
		{"kanji_heading_is_japanese", ja + "\n第一章 総則\n" + ja, "ja"},
		{"leading_kanji_heading", "第一章 総則\n" + ja, "ja"},
		{"han_alone_is_chinese", en + "\n" + "第一章 总则 适用范围和定义" + "\n" + zh, "en zh"},
		{"english_possessives", en + "\nNobody's Child (1919 film), a silent film by George Hall\n" +
			strings.Repeat("Nobody's Child, a romantic novel by Pat Warren\n", 12) + en, "en"},
		{"list_is_pooled", "- von der Bank\n- nach dem Essen\n- für die Kinder\n- und mit einem Hund\n", "de"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := languagesOf(tt.text); got != tt.want {
				t.Errorf("languages %q, want %q", got, tt.want)
			}
		})
	}
}

func TestRegionsMeetAtSentences(t *testing.T) {
	en, de := articles["en"], articles["de"]
	got := lang.Regions(en + " " + de)
	if len(got) != 2 || got[0].End != len(en)+1 {
		t.Errorf("regions %v do not meet after the English sentence, at %d", got, len(en)+1)
	}
}

// checkCover reports what breaks the promise of [lang.Regions].
func checkCover(t *testing.T, text string) {
	t.Helper()
	at, last := 0, "none"
	for _, r := range lang.Regions(text) {
		switch {
		case r.Start != at || r.End <= r.Start:
			t.Fatalf("region %v does not follow %d", r, at)
		case r.Language == last:
			t.Fatalf("neighbours at %d are both %q", at, last)
		case r.Start > 0 && utf8.ValidString(text) && !utf8.RuneStart(text[r.Start]):
			t.Fatalf("region %v begins inside a rune", r)
		}
		at, last = r.End, r.Language
	}
	if at != len(text) {
		t.Fatalf("regions end at %d of %d", at, len(text))
	}
}

// A megabyte of anything must come back: a square would take hours here.
func TestRegionsOfMegabyte(t *testing.T) {
	for _, s := range []string{"\n", "a", "the\n", ". ", "。", "`", "```\n", "注\n", "de nothing\nund\n", "Kovalenko Brzozowska "} {
		checkCover(t, strings.Repeat(s, 1<<20/len(s)))
	}
}

func TestRegionsRepeat(t *testing.T) {
	names := strings.Repeat("Kovalenko Brzozowska Thorvaldsen Nakamura Okonkwo\n", 40)
	want := languagesOf(names + articles["fi"] + names)
	for range 20 {
		if got := languagesOf(names + articles["fi"] + names); got != want {
			t.Fatalf("second answer %q, first %q", got, want)
		}
	}
}

func FuzzRegions(f *testing.F) {
	for _, s := range articles {
		f.Add(s + "\n" + articles["en"])
	}
	f.Add("```\n~~~\n\xff. \n第")
	f.Fuzz(func(t *testing.T, text string) {
		checkCover(t, text)
		if a, b := languagesOf(text), languagesOf(text); a != b {
			t.Fatalf("answers differ: %q and %q", a, b)
		}
	})
}
