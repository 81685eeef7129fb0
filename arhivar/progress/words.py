# SPDX-License-Identifier: EUPL-1.2
"""What the report says, in Romanian and English: headings, states, verdicts, and the sentence on the end."""

from arhivar.progress import numbers
from arhivar.progress.forecast import Outlook
from arhivar.progress.measure import Report, Speed, UnitState
from arhivar.progress.numbers import UNKNOWN
from arhivar.progress.verdicts import JudgedIngest, Verdict
from repository.progress import FindingCount, Volume
from schemas.finding_codes import FindingCode, Severity
from schemas.finding_rules import FINDINGS
from schemas.messages import Language, Message

TITLE = Message(ro="Mersul digitizării", en="Progress of the digitisation")
MADE = Message(ro="Situația din {at}", en="As of {at}")
STATE = Message(ro="Stare", en="State")
UNITS = Message(ro="Unități", en="Units")
PAGES = Message(ro="Pagini", en="Pages")
SHARE = Message(ro="Parte", en="Share")
UNIT = Message(ro="Unitate", en="Unit")
DAY = Message(ro="Zi", en="Day")
MONTH = Message(ro="Luna", en="Month")
TOTAL = Message(ro="Total", en="Total")
IN_ALL = Message(ro="În total", en="In all")
CODE = Message(ro="Cod", en="Code")
MEANING = Message(ro="Ce spune", en="What it says")
SEVERITY = Message(ro="Gravitate", en="Severity")
COUNT = Message(ro="Număr", en="Number")
INGESTS = Message(ro="Ingestii", en="Ingests")
VERDICT = Message(ro="Verdict", en="Verdict")
LAST_SIGN = Message(ro="Ultimul semn", en="Last sign of life")
PAGES_LEFT = Message(ro="Pagini rămase", en="Pages left")
TIME_LEFT = Message(ro="Timp rămas", en="Time left")
WHAT_TO_DO = Message(ro="Ce este de făcut", en="What to do")

DONE = Message(ro="Reconciliate", en="Reconciled")
OF = Message(ro="{done} din {target}", en="{done} of {target}")
SPEED_RECENT = Message(ro="Pagini pe oră, în ultimele 24\N{NO-BREAK SPACE}h", en="Pages an hour, last 24 h")
SPEED_ALL = Message(ro="Pagini pe oră, în tot timpul de lucru", en="Pages an hour, all working time")
MASTERS = Message(ro="Originale depuse", en="Masters deposited")
ACCESS = Message(ro="PDF de acces", en="Access PDFs")
END = Message(ro="Încheiere", en="End")
CHANCE = Message(ro="Șansa termenului", en="Chance of the deadline")
BY = Message(ro="până la {deadline}", en="by {deadline}")
NO_DEADLINE = Message(ro="niciun termen (ARHIVAR_DEADLINE)", en="no deadline (ARHIVAR_DEADLINE)")
DEADLINE = Message(ro="termen", en="deadline")
TODAY = Message(ro="azi", en="today")
TARGET = Message(ro="de făcut: {target}", en="to be done: {target}")
ACTUAL = Message(ro="unități reconciliate", en="units reconciled")
LIKELY = Message(ro="prognoză (mediana)", en="forecast (median)")
BAND = Message(ro="prognoză, 8 șanse din 10", en="forecast, 8 chances in 10")

SECTION_STATES = Message(ro="Unități după stare", en="Units by state")
SECTION_TOTAL = Message(ro="Unități reconciliate în timp, cu prognoză", en="Units reconciled over time, with forecast")
SECTION_DAYS = Message(ro="Pagini pe zi", en="Pages a day")
SECTION_FINDINGS = Message(ro="Constatări după fel", en="Findings by kind")
SECTION_INGESTS = Message(
    ro="Ingestii neterminate: blocate sau aproape gata?", en="Unfinished ingests: stuck or almost done?"
)
SECTION_METHOD = Message(ro="Cum se calculează", en="How it is worked out")
NO_INGESTS = Message(ro="Nicio ingestie neterminată.", en="No unfinished ingest.")
NO_FINDINGS = Message(ro="Nicio constatare.", en="No findings.")
NO_DAYS = Message(ro="Nicio unitate reconciliată cu dată cunoscută.", en="No unit reconciled on a known day.")
MORE = Message(
    ro="… și încă {count} (toate cu --csv sau --json)", en="… and {count} more (all of them with --csv or --json)"
)
DROPS = Message(ro="În carantină, nepreluate: {drops}", en="In quarantine, not taken in: {drops}")
UNDATED = Message(ro="Fără dată cunoscută: {units}", en="Of unknown day: {units}")
UNKNOWN_SIZE = Message(
    ro="{size} (fără {ingests} de mărime necunoscută)", en="{size} (without {ingests} of unknown size)"
)
WRITTEN = Message(ro="Scris: {file}", en="Written: {file}")
PLOT_DAYS = Message(ro="Pagini reconciliate pe zi, ultimele {days}", en="Pages reconciled a day, last {days}")
TABLE_DAYS = Message(ro="Ultimele {days}", en="Last {days}")
METHOD = Message(
    ro="O unitate este gata când are o versiune reconciliată; se numără în ziua primei ei depuneri. Prognoza repetă "
    "săptămânile trecute (cel mult 12, cel puțin 3), trase la sorți de 1000 de ori (bootstrap pe săptămâni): data "
    "probabilă este mediana, intervalul lasă deoparte câte o zecime din fiecare parte, iar șansa este partea din "
    "încercări care se încadrează în termen. Nu știe de sărbători, de un scanner în plus sau de dosare mai groase.",
    en="A unit is done when it has a reconciled version; it counts on the day of its first deposit. The forecast "
    "repeats past weeks (12 at most, 3 at least), drawn at random 1000 times (a bootstrap over weeks): the likely day "
    "is the median, the range leaves out a tenth on each side, and the chance is the share of runs that keep the "
    "deadline. It knows nothing of holidays ahead, of a second scanner, or of thicker binders.",
)
METHOD_SPEED = Message(
    ro="Timpul de lucru merge de la prima la ultima pagină, fără pauzele mai lungi de 15 minute dintre ore.",
    en="Working time runs from the first page to the last, without pauses of more than 15 minutes between hours.",
)

STATES = {
    UnitState.RECONCILED: Message(ro="reconciliate", en="reconciled"),
    UnitState.PROCESSING: Message(ro="în lucru", en="processing"),
    UnitState.RECEIVED: Message(ro="primite", en="received"),
    UnitState.PERSON: Message(ro="așteaptă o persoană", en="waiting for a person"),
    UnitState.QUARANTINED: Message(ro="în carantină", en="quarantined"),
    UnitState.REJECTED: Message(ro="respinse", en="rejected"),
    UnitState.DECLARED: Message(ro="doar în inventar", en="only in the inventory"),
}

SEVERITIES = {
    Severity.NOTE: Message(ro="notă", en="note"),
    Severity.PLACEHOLDER: Message(ro="pagină ilizibilă", en="placeholder"),
    Severity.QUARANTINE: Message(ro="carantină", en="quarantine"),
}

_ENDS = {
    Outlook.DONE: Message(ro="gata", en="done"),
    Outlook.TOO_LITTLE: Message(ro="prea puține zile pentru o prognoză", en="too little to tell"),
    Outlook.STANDING: Message(ro="nimic terminat în ultimele săptămâni", en="nothing finished in the last weeks"),
}
_NEVER = Message(ro="după mai mult de 10 ani", en="more than 10 years from now")
_RANGE = Message(ro="între {early} și {late}", en="between {early} and {late}")
_RESTS = Message(ro="după ultimele {weeks}", en="from the last {weeks}")

_VERDICTS = {
    Verdict.WORKING: Message(ro="în lucru", en="working"),
    Verdict.TURN: Message(ro="își așteaptă rândul", en="waits for its turn"),
    Verdict.PERSON: Message(ro="așteaptă o persoană", en="waits for a person"),
    Verdict.STOPPED: Message(ro="oprită de eroarea {code}", en="stopped by error {code}"),
    Verdict.STUCK: Message(
        ro="blocată: niciun semn de viață de {silent} și nimeni nu lucrează la ea",
        en="stuck: no sign of life for {silent}, and nobody works on it",
    ),
}
_ADVICE = {
    Verdict.WORKING: Message(ro="Nimic.", en="Nothing."),
    Verdict.TURN: Message(
        ro="Nimic; continuă la rulare sau la următorul `arhivar ingest`.",
        en="Nothing; the running or the next `arhivar ingest` goes on with it.",
    ),
    Verdict.PERSON: Message(
        ro="Vedeți `arhivar status {unit}`: ce lipsește se scanează din nou sau se acceptă.",
        en="See `arhivar status {unit}`: what is missing is scanned again or accepted.",
    ),
    Verdict.STOPPED: Message(ro="{said} Apoi rulați `arhivar ingest`.", en="{said} Then run `arhivar ingest`."),
    Verdict.STUCK: Message(
        ro="Rulați `arhivar ingest`: continuă de unde a rămas.",
        en="Run `arhivar ingest`: it goes on where it was left.",
    ),
}


def say_verdict(judged: JudgedIngest, language: Language) -> str:
    """The verdict in words."""
    stop = judged.ingest.stop
    fields = {"silent": numbers.span(judged.silent, language), "code": stop.code if stop else UNKNOWN}
    return _VERDICTS[judged.verdict].say(language, fields)


def say_advice(judged: JudgedIngest, language: Language) -> str:
    """What to do about it."""
    stop = judged.ingest.stop
    said = stop.said.say(language) if stop and judged.verdict is Verdict.STOPPED else ""
    return _ADVICE[judged.verdict].say(language, {"unit": judged.ingest.reference_code, "said": said})


def say_end(report: Report, language: Language) -> str:
    """The likely day of the end, or why there is none."""
    forecast = report.forecast
    if forecast.outlook is not Outlook.FORECAST:
        return _ENDS[forecast.outlook].say(language)
    return _NEVER.say(language) if forecast.likely is None else numbers.day(forecast.likely, language)


def say_range(report: Report, language: Language) -> str:
    """The range of the end and what it rests on; empty without a forecast."""
    forecast = report.forecast
    if forecast.outlook is not Outlook.FORECAST or forecast.early is None:
        return ""
    late = _NEVER.say(language) if forecast.late is None else numbers.day(forecast.late, language)
    rests = _RESTS.say(language, {"weeks": numbers.counted(forecast.weeks, numbers.WEEKS, language)})
    return f"{_RANGE.say(language, {'early': numbers.day(forecast.early, language), 'late': late})}, {rests}"


def say_chance(report: Report, language: Language) -> str:
    """The chance of the deadline; a dash where it cannot be told."""
    chance = report.forecast.chance
    return UNKNOWN if chance is None else numbers.percent(chance, language)


def say_deadline(report: Report, language: Language) -> str:
    """Which deadline that is."""
    if report.deadline is None:
        return NO_DEADLINE.say(language)
    return BY.say(language, {"deadline": numbers.day(report.deadline, language)})


def say_speed(speed: Speed, language: Language) -> str:
    """Pages an hour; a dash where it cannot be told."""
    value = speed.pages_an_hour
    return UNKNOWN if value is None else numbers.number(round(value), language)


def say_volume(volume: Volume, language: Language) -> str:
    """A size, and of how many ingests it is not known."""
    shown = numbers.size(volume.size_bytes, language)
    if not volume.unknown:
        return shown
    missing = numbers.counted(volume.unknown, numbers.INGESTS, language)
    return UNKNOWN_SIZE.say(language, {"size": shown, "ingests": missing})


def say_finding(found: FindingCount, language: Language) -> tuple[str, str]:
    """What a kind of finding says, its particulars left out, and its severity; empty for a code of another version."""
    try:
        rule = FINDINGS[FindingCode(found.code)]
    except ValueError:
        return "", ""
    return rule.sentence.say(language).replace("?", "…"), SEVERITIES[rule.severity].say(language)
