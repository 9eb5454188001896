"""Lists the bills of the patients for one year of care.

Days count from the start of the year. The seed moves days by up to two, changes amounts by up to a tenth, and
adds a few small visits, so that two seeds give similar years with different numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from salus.samples.people import Relation

ICD, CPT, HCPCS, CDT, RXNORM, CVX = "icd", "cpt", "hcpcs", "cdt", "rxnorm", "cvx"
HOSPITAL, CLINIC = 0, 1


@dataclass(frozen=True, slots=True)
class Coded:
    """A code of one of the systems above, and its display name."""

    system: str
    code: str
    display: str


@dataclass(frozen=True, slots=True)
class Charge:
    """One service or product, and its price in cents."""

    what: Coded
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """One claim of a provider: the services, their day and place, and the prices."""

    role: Relation
    day: int
    """Days after the start."""
    nights: int = 0
    provider: int = CLINIC
    claim_type: str = "professional"
    encounter_class: str = "AMB"
    reason: Coded | None = None
    items: tuple[Charge, ...]
    same_visit: bool = False
    """Whether the bill belongs to the same encounter as the previous bill."""


def year(rng: Random) -> Iterator[Bill]:
    """Yields all bills of all patients; the bills of one encounter follow each other."""
    move = 0
    for bill in (*_YEAR, *_everyday(rng)):
        if not bill.same_visit:
            move = rng.randint(0, 2)
        scale = rng.randint(900, 1_100)
        items = tuple(Charge(item.what, item.cents * scale // 1_000) for item in bill.items)
        yield replace(bill, day=bill.day + move, items=items)


def _everyday(rng: Random) -> Iterator[Bill]:
    for role in Relation:
        for day in sorted(rng.sample(range(150, 340), rng.randint(1, 3))):
            reason, service = rng.choice(_SMALL_CARE)
            yield Bill(role=role, day=day, reason=reason, items=(service,))


def _drug(role: Relation, day: int, reason: Coded, drug: Coded, cents: int) -> Bill:
    return Bill(role=role, day=day, claim_type="pharmacy", reason=reason, items=(Charge(drug, cents),))


def _along(visit: Bill, drug: Coded, cents: int) -> tuple[Bill, Bill]:
    """Returns the bill of a visit or stay, and the pharmacy's bill for the drug prescribed there."""
    return visit, replace(visit, claim_type="pharmacy", items=(Charge(drug, cents),), same_visit=True)


_ASTHMA = Coded(ICD, "J45.909", "Unspecified asthma, uncomplicated")
_FRACTURE = Coded(ICD, "S52.501A", "Fracture of the lower end of right radius, initial encounter")
_HEALING = Coded(ICD, "S52.501D", "Fracture of the lower end of right radius, subsequent encounter")
_APPENDICITIS = Coded(ICD, "K35.80", "Unspecified acute appendicitis")
_AFTERCARE = Coded(ICD, "Z48.815", "Surgical aftercare following surgery on the digestive system")
_SINUSITIS = Coded(ICD, "J01.90", "Acute sinusitis, unspecified")
_CARIES = Coded(ICD, "K02.52", "Dental caries on pit and fissure surface penetrating into dentin")
_ADJUSTMENT = Coded(ICD, "F43.22", "Adjustment disorder with anxiety")
_MYOPIA = Coded(ICD, "H52.13", "Myopia, bilateral")
_OTITIS = Coded(ICD, "H66.001", "Acute suppurative otitis media, right ear")
_PHARYNGITIS = Coded(ICD, "J02.0", "Streptococcal pharyngitis")
_DIABETES = Coded(ICD, "E11.65", "Type 2 diabetes mellitus with hyperglycemia")
_KNEE = Coded(ICD, "M17.11", "Unilateral primary osteoarthritis, right knee")
_PNEUMONIA = Coded(ICD, "J15.211", "Pneumonia due to methicillin susceptible Staphylococcus aureus")
_BACK = Coded(ICD, "M54.50", "Low back pain, unspecified")
_INFARCTION = Coded(ICD, "I21.11", "ST elevation myocardial infarction involving right coronary artery")
_RASH = Coded(ICD, "L23.89", "Allergic contact dermatitis due to other agents")

_VISIT = Coded(CPT, "99213", "Office visit, established patient, low complexity")
_LONG_VISIT = Coded(CPT, "99214", "Office visit, established patient, moderate complexity")

_INHALER = Coded(RXNORM, "895994", "fluticasone propionate 44 MCG inhaler")
_METFORMIN = Coded(RXNORM, "860975", "metformin hydrochloride 500 MG")

_SMALL_CARE = (
    (_SINUSITIS, Charge(_VISIT, 148_00)),
    (_BACK, Charge(_VISIT, 152_40)),
    (_RASH, Charge(_VISIT, 139_90)),
    (_SINUSITIS, Charge(Coded(HCPCS, "S9083", "Global fee urgent care centers"), 189_00)),
    (_RASH, Charge(Coded(CPT, "86003", "Allergen specific IgE"), 96_50)),
)

_YEAR = (
    # ── the mother ──
    *_along(Bill(role=Relation.MOTHER, day=12, reason=_ASTHMA, items=(Charge(_LONG_VISIT, 214_60),)),
            _INHALER, 87_35),
    *_along(Bill(role=Relation.MOTHER, day=58, provider=HOSPITAL, claim_type="institutional",
                 encounter_class="EMER", reason=_FRACTURE,
                 items=(Charge(Coded(CPT, "99284", "Emergency department visit, high severity"), 1_120_00),
                        Charge(Coded(CPT, "73110", "X-ray of wrist, 3 views"), 264_30),
                        Charge(Coded(CPT, "25605", "Closed treatment of distal radial fracture"), 1_487_25))),
            Coded(RXNORM, "310965", "ibuprofen 200 MG oral tablet"), 31_80),
    Bill(role=Relation.MOTHER, day=79, reason=_HEALING,
         items=(Charge(Coded(CPT, "99024", "Postoperative follow-up visit"), 118_75),)),
    _drug(Relation.MOTHER, 102, _ASTHMA, _INHALER, 87_35),
    Bill(role=Relation.MOTHER, day=130,
         items=(Charge(Coded(CPT, "99396", "Periodic preventive visit, 40 to 64 years"), 268_00),)),
    Bill(role=Relation.MOTHER, day=203, provider=HOSPITAL, claim_type="institutional",
         items=(Charge(Coded(CPT, "77067", "Screening mammography, bilateral"), 312_45),)),
    # ── the father ──
    Bill(role=Relation.FATHER, day=25,
         items=(Charge(Coded(CPT, "99396", "Periodic preventive visit, 40 to 64 years"), 268_00),)),
    *_along(Bill(role=Relation.FATHER, day=88, nights=3, provider=HOSPITAL, claim_type="institutional",
                 encounter_class="IMP", reason=_APPENDICITIS,
                 items=(Charge(Coded(CPT, "44970", "Laparoscopic appendectomy"), 9_640_00),
                        Charge(Coded(CPT, "99223", "Initial hospital care, high complexity"), 614_80),
                        Charge(Coded(CPT, "99232", "Subsequent hospital care"), 4_870_50))),
            Coded(RXNORM, "562251", "amoxicillin 250 MG / clavulanate 125 MG"), 142_10),
    Bill(role=Relation.FATHER, day=106, reason=_AFTERCARE, items=(Charge(_VISIT, 156_20),)),
    # ── the daughter ──
    Bill(role=Relation.DAUGHTER, day=30, claim_type="oral", reason=_CARIES,
         items=(Charge(Coded(CDT, "D2392", "Resin-based composite, two surfaces, posterior"), 284_00),)),
    Bill(role=Relation.DAUGHTER, day=44,
         items=(Charge(Coded(CPT, "99394", "Periodic preventive visit, 12 to 17 years"), 231_50),)),
    Bill(role=Relation.DAUGHTER, day=122, claim_type="oral", reason=_CARIES,
         items=(Charge(Coded(CDT, "D3330", "Endodontic therapy, molar tooth"), 1_386_00),)),
    Bill(role=Relation.DAUGHTER, day=151, claim_type="oral", reason=_CARIES,
         items=(Charge(Coded(CDT, "D2740", "Crown, porcelain or ceramic"), 1_465_00),)),
    Bill(role=Relation.DAUGHTER, day=212, claim_type="vision", reason=_MYOPIA,
         items=(Charge(Coded(HCPCS, "V2103", "Spherocylinder lens, single vision"), 187_60),)),
    Bill(role=Relation.DAUGHTER, day=262, reason=_ADJUSTMENT,
         items=(Charge(Coded(CPT, "90834", "Psychotherapy, 45 minutes"), 176_90),)),
    # ── the son ──
    *_along(Bill(role=Relation.SON, day=18, reason=_OTITIS, items=(Charge(_VISIT, 151_15),)),
            Coded(RXNORM, "308182", "amoxicillin 250 MG oral capsule"), 23_65),
    Bill(role=Relation.SON, day=40,
         items=(Charge(Coded(CPT, "90460", "Immunization administration through 18 years"), 46_00),
                Charge(Coded(CVX, "141", "Influenza, seasonal, injectable"), 38_75))),
    Bill(role=Relation.SON, day=67, reason=_PHARYNGITIS,
         items=(Charge(Coded(CPT, "87880", "Streptococcus group A assay"), 62_40),)),
    # ── the retired teacher ──
    *_along(Bill(role=Relation.TEACHER, day=20, reason=_DIABETES, items=(Charge(_LONG_VISIT, 219_35),)),
            _METFORMIN, 54_20),
    Bill(role=Relation.TEACHER, day=96, nights=5, provider=HOSPITAL, claim_type="institutional",
         encounter_class="IMP", reason=_PNEUMONIA,
         items=(Charge(Coded(CPT, "99222", "Initial hospital care, moderate complexity"), 482_60),
                Charge(Coded(CPT, "99233", "Subsequent hospital care, high complexity"), 11_935_40))),
    _drug(Relation.TEACHER, 111, _DIABETES, _METFORMIN, 54_20),
    *(Bill(role=Relation.TEACHER, day=day, reason=_KNEE,
           items=(Charge(Coded(CPT, "97110", "Therapeutic exercises"), 128_30),)) for day in (124, 131, 138)),
    Bill(role=Relation.TEACHER, day=188, provider=HOSPITAL, claim_type="institutional", reason=_KNEE,
         items=(Charge(Coded(CPT, "73562", "X-ray of knee, 3 views"), 241_75),)),
    # ── the builder ──
    Bill(role=Relation.BUILDER, day=14, reason=_BACK, items=(Charge(_VISIT, 152_40),)),
    Bill(role=Relation.BUILDER, day=127, provider=HOSPITAL, claim_type="institutional",
         encounter_class="EMER",
         reason=_INFARCTION,
         items=(Charge(Coded(CPT, "99291", "Critical care, first 30 to 74 minutes"), 1_986_40),
                Charge(Coded(CPT, "92941", "Percutaneous revascularization, acute infarction"), 16_420_00))),
    Bill(role=Relation.BUILDER, day=136, nights=14, provider=HOSPITAL, claim_type="institutional",
         encounter_class="NONAC", reason=_INFARCTION,
         items=(Charge(Coded(CPT, "93798", "Cardiac rehabilitation with ECG monitoring"), 7_284_00),)),
)  # fmt: skip
