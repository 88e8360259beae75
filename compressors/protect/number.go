package protect

import (
	"strings"
	"unicode/utf8"
)

// numberStart returns where the digits of a number begin, behind sign and
// currency, or -1 if core is none.
func numberStart(core string) int {
	for i := 0; i < len(core); {
		if isDigit(core[i]) {
			return i
		}
		if core[i] < utf8.RuneSelf {
			if strings.IndexByte("+-~<>=$.", core[i]) < 0 && !(core[i] == 'U' && strings.HasPrefix(core[i:], "US$")) &&
				!(core[i] == 'R' && strings.HasPrefix(core[i:], "R$")) && !(core[i] == 'S' && i > 0) {
				return -1
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(core[i:])
		if !strings.ContainsRune("−±≈≤≥§№€£¥₩₽₹×", r) {
			return -1
		}
		i += n
	}
	return -1
}

// number adds the number w with what belongs to it, and returns how far it read.
// Numbers of a list and citations in brackets are no content.
func (s *scanner) number(prev, w word) int {
	if s.listMarker(w) || s.citation(w) {
		return w.end
	}
	class, start := Numbers, w.from
	if w.mask&hasSign != 0 && isDate(w.core(s.text)) {
		class = Dates
	}
	if w.from == w.start && prev.end > 0 && prev.end+1 == w.start {
		switch name := strings.ToLower(s.text[prev.from:prev.to]); {
		case months[name] && !(prev.ends() && s.text[prev.to] != '.'):
			class, start = Dates, prev.from
		case labels[name] && (!prev.ends() || s.text[prev.to:prev.end] == "."):
			start = prev.from
		}
	}
	end, last, dated := s.date(w, start < w.from && class == Dates)
	if dated {
		class = Dates
	}
	end = max(end, s.units(last))
	if end == w.end { // "12个", "2023年"
		wide, year := wideNumber(s.text, end)
		s.addNumber(start, wide, class == Dates || year)
		return end
	}
	s.addNumber(start, end, class == Dates)
	return end
}

// addNumber adds a number or date. A date is numbers too, if dates are off.
func (s *scanner) addNumber(start, end int, dated bool) {
	if !dated || !s.add(start, end, Dates) {
		s.add(start, end, Numbers)
	}
}

// listMarker reports whether w is the "3." or "3)" that begins a line.
func (s *scanner) listMarker(w word) bool {
	if w.from != w.start || w.to+1 != w.end || w.to-w.from > 3 || s.text[w.to] != '.' && s.text[w.to] != ')' {
		return false
	}
	for i := w.start - 1; i >= 0 && s.text[i] != '\n'; i-- {
		if s.text[i] != ' ' && s.text[i] != '\t' || w.start-i > 16 {
			return false
		}
	}
	return strings.Trim(w.core(s.text), "0123456789") == "" && w.end < len(s.text) && s.text[w.end] == ' '
}

// citation reports whether w is "[12]" or "[3,4]".
func (s *scanner) citation(w word) bool {
	return w.from == w.start+1 && s.text[w.start] == '[' && w.to < w.end && s.text[w.to] == ']' &&
		strings.Trim(w.core(s.text), "0123456789,-") == ""
}

// units returns the end of the number w with its unit, its further groups of
// digits and the other end of its range: "1 250 000 euros per month", "3 to 5 km".
func (s *scanner) units(w word) int {
	for range 6 {
		next, ok := s.follow(w)
		if !ok {
			break
		}
		name := strings.ToLower(next.core(s.text))
		switch {
		case unitNames[name]:
		case numberStart(name) >= 0 && len(name) == 3 && groups(w.core(s.text)):
		case rangeWords[name] && s.joinsRange(next):
			next, _ = s.adjacent(next)
		default:
			return w.to
		}
		w = next
	}
	return w.to
}

// groups reports whether c ends in one to three digits, so that a group of three
// may follow.
func groups(c string) bool {
	n := len(c) - len(strings.TrimRight(c, "0123456789"))
	return n >= 1 && n <= 3
}

// joinsRange reports whether a number, or "per" with a unit, comes after w.
func (s *scanner) joinsRange(w word) bool {
	next, ok := s.adjacent(w)
	if !ok || next.from != next.start {
		return false
	}
	core := next.core(s.text)
	per := perWords[strings.ToLower(w.core(s.text))]
	return !per && numberStart(core) >= 0 || per && unitNames[strings.ToLower(core)]
}

// rangeWords stand between the ends of a range, or between amount and period.
var rangeWords = set(`to - bis à a до por per pro par je je an al the и and x × / von of в за`)

// perWords are those that a unit follows, not a number.
var perWords = set(`per pro par por je an al the of в за`)

// labels stand before the number that they name.
var labels = set(`page pages p pp section sections sec sect chapter chapters ch figure figures fig table tables
	article articles art no nos nr n number numbers version versions ver v step line lines item room phase level grade
	volume vol issue part paragraph para clause annex appendix rule question example equation eq note port error code
	usd eur gbp chf jpy cny rub inr krw brl cad aud sek us$ $ € £ ¥ § №
	seite seiten abschnitt kapitel abbildung abb tabelle artikel absatz abs nummer zeile schritt teil ziffer satz
	chapitre tableau numéro étape ligne partie alinéa
	página capítulo sección figura tabla artículo número paso línea parte
	seção tabela artigo passo linha
	стр страница глава раздел рис рисунок табл таблица статья ст пункт п номер часть шаг`)

// unitNames stand behind the number that they measure.
var unitNames = set(`% ‰ percent per-cent pct percentage points basis bps ° °c °f c f k degrees celsius fahrenheit
	mm cm m km nm µm μm in inch inches ft foot feet yd yard yards mi mile miles m² m2 km² km2 m³ cm² hectare hectares ha acre acres
	mg g kg t ton tons tonne tonnes lb lbs pound pounds oz ounce ounces ml cl l litre litres liter liters gallon gallons
	b kb mb gb tb pb kib mib gib tib bit bits byte bytes kb/s mb/s gb/s mbps gbps kbps
	hz khz mhz ghz w kw mw gw kwh mwh v kv ma a ah wh pa kpa hpa mpa bar psi n nm j kj kcal calories db dpi px fps rpm
	ns µs μs ms s sec secs second seconds min mins minute minutes h hr hrs hour hours day days week weeks month months
	quarter quarters year years yr yrs decade decades century centuries am pm a.m p.m o'clock utc gmt cet est pst bc ad bce ce
	hundred thousand million millions billion billions trillion trillions dozen bn mn
	$ € £ ¥ usd eur gbp chf jpy cny rub inr krw brl dollar dollars euro euros cent cents pence yen yuan ruble rubles rupees won
	km/h mph m/s times fold people persons users employees tokens words pages items units
	prozent stunde stunden minuten sekunde sekunden tag tage tagen woche wochen monat monate monaten jahr jahre jahren uhr
	tausend millionen milliarde milliarden meter kilometer gramm kilogramm tonnen liter grad franken mark
	pour-cent heure heures jour jours semaine semaines mois an ans année années mille milliard milliards mètres kilomètres
	hora horas minuto minutos segundo segundos día días dia dias semana semanas mes meses mês año años ano anos mil millón
	millones milhão milhões bilhões mil metros kilómetros quilômetros kilos grados graus pesos reais real euros dólares
	процент процента процентов час часа часов минута минуты минут секунд день дня дней неделя недели недель месяц месяца
	месяцев год года году лет тысяча тысячи тысяч миллион миллиона миллионов миллиард миллиарда миллиардов рубль рубля
	рублей руб долларов евро км м кг г см мм т тыс млн млрд`)
