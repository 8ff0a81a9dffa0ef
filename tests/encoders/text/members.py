"""Every kind of features of texts, with texts that suit it."""

from digitwise.encoders.text import Counts, Literals, Molecules, NGrams, Shape, Together

CODE = [
    "def f(x):\n    return [x] * 1_000_000\n",
    "SELECT COUNT(*) FROM title t WHERE t.kind_id<3 AND t.production_year>=2008;",
    "for i in range(10**5):\n    for j in range(16):\n        total += rows[i][j]",
    "x0 = tl.load(in_ptr0 + (4, 16, 64), xmask)",
    "",
    "Ünïcode wörds, 三 characters … and\tno   number",
    "zeros((4, 4, 4), (16, 4, 1)); numRows = 2.5e3",
    "def g(x):\n    return x - 1",
]
SMILES = ["CCO", "c1ccccc1O", "CC(=O)Oc1ccccc1C(=O)O", "[Na+].[Cl-]", "C[C@H](N)C(=O)O", "CCCCCC", "C"]

MEMBERS = {
    "words": (NGrams(n_components=4), CODE),
    "word parts": (NGrams(tokens="word_parts", longest=1, n_components=3), CODE),
    "characters": (NGrams(tokens="characters", shortest=3, longest=5, n_components=16), CODE),
    "smiles": (NGrams(tokens="smiles", longest=3), SMILES),
    "counts": (Counts(n_terms=8), CODE),
    "literals": (Literals(min_share=0.0), CODE),
    "shape": (Shape(), CODE),
    "molecules": (Molecules(n_substructures=4, n_components=3), SMILES),
    "substructures": (Molecules(descriptors=False, n_components=0), SMILES),
    "together": (Together(parts=(Shape(), Literals(), Counts(), Counts(tokens="word_parts"))), CODE),
}
