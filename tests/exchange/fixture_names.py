"""The ids that parts have in the fixtures, under names that a reader can follow."""

#: record → how the table of facts names a part → its id
PARTS = {
    "organisation:eurosafe-imaging": {
        "relations/esr": "97b41002-8b67-5c8a-8a2e-1c239ecb3e14",
        "links/resources": "c8227d02-1be3-5040-81d2-549bcd7fe0c5",
    },
    "organisation:uems-ir-division": {
        "relations/uems": "b8cd4696-9086-5ced-b87a-5969c3bd2115",
        "links/information": "7c5ae894-b87a-5882-8284-0b110fed7500",
    },
    "organisation:efrs": {
        "figures/radiographers": "9fa66539-96e9-5302-b47c-60e76fdebf54",
        "figures/students": "855a4aeb-4d3e-507a-b402-4ac667dbcc23",
    },
    "organisation:esr": {
        "figures/members": "61518a4e-cac7-5864-91b2-f4b316d55e25",
    },
    "organisation:sir": {
        "figures/members": "86a37f1e-5048-581d-ade2-f609ed4b1df9",
    },
    "collaboration:cirse-european-cancer-organisation": {
        "parties/cirse": "1b2f742f-258c-5dda-bafe-521875e2d02c",
        "parties/european-cancer-organisation": "60f356ff-1386-51a4-91b9-fb9ca9ba7ae8",
        "joint_works/requirements": "22291a0b-2cf9-59c3-bbe2-cb997aa9ff68",
    },
    "collaboration:cirse-eibir": {
        "parties/cirse": "ba29d9e2-862e-5c4d-ba2d-89060cfcc5ca",
        "parties/eibir": "7ac06100-f00b-55cb-8924-198d8a327215",
    },
    "collaboration:cirse-efrs": {
        "parties/cirse": "ec53c31a-a563-5623-a43a-7f585df96724",
        "parties/efrs": "ad40efb7-47a4-5815-b184-23094d367462",
        "joint_works/recommendations": "c0b6f328-c695-5afb-a43b-27e83067fef4",
        "joint_works/sessions": "6399ac7b-1e6c-5282-b0ab-597bb2ad881c",
    },
    "collaboration:cirse-esr": {
        "parties/cirse": "676acad1-fa4f-5dd3-ba1e-5c24362e0494",
        "parties/esr": "69929e10-4316-53e0-8e75-c12b5fb1fd9e",
    },
    "collaboration:cirse-eurosafe-imaging": {
        "parties/cirse": "36f4604d-e765-5f0a-858a-60371514d2dd",
        "parties/eurosafe-imaging": "9f1c7f85-0aa6-5d38-bba6-03d944d08f5b",
        "joint_works/exhibition": "99e892e3-1dc3-5c68-8fd5-a3630e503ae9",
        "joint_works/ask": "988c5fb5-42d3-5de8-bcce-09b30ef6a3a1",
    },
    "collaboration:cirse-uems-ir-division": {
        "parties/cirse": "abbb1ea8-d899-549d-8200-da31196a3295",
        "parties/uems-ir-division": "8e8a5e96-7408-51d5-b191-9e08ee4d84a6",
    },
    "collaboration:cirse-era-edta": {
        "parties/cirse": "9f82c1ba-7fe9-50fa-8e4a-592e14ab495a",
        "parties/era-edta": "c0177ce4-b9bd-5739-9f20-95b1166c68c9",
    },
    "collaboration:cirse-esmo": {
        "parties/cirse": "fc8ae13f-4792-5470-91d1-130df82f003b",
        "parties/esmo": "015696fe-f5a2-5d64-b510-226ce07d6168",
    },
    "collaboration:cirse-eortc": {
        "parties/cirse": "d04a7ccf-a926-51ce-8de1-ace2052f9bb8",
        "parties/eortc": "6e5b258f-856c-5647-9665-3f88ed89999a",
    },
    "collaboration:cirse-esso": {
        "parties/cirse": "e509bbfe-12b8-5b62-93b4-9bf02ad446c5",
        "parties/esso": "38a0c19b-7a8b-5064-aea6-204667d5ef4d",
    },
    "collaboration:cirse-estro": {
        "parties/cirse": "ac461bbc-3f18-5b84-bab6-e44f8d1c00b0",
        "parties/estro": "672cfa32-4927-54cf-89cb-54707d684596",
    },
    "collaboration:cirse-sir": {
        "parties/cirse": "27ee2bc5-ec59-5179-8500-b5ba23733778",
        "parties/sir": "1c4dc9f8-f214-5f9f-b9ac-b8a8ab8ea4e5",
        "joint_works/meetings": "7c0b34b4-a266-57ae-8215-55d3ddd80299",
        "joint_works/faculty": "fc602002-56d9-53cb-b61d-ea9a01e22e97",
    },
    "collaboration:cirse-apscvir": {
        "parties/cirse": "5b6a31cb-4340-5734-80b0-40495a8c0ac0",
        "parties/apscvir": "adbef8ad-9f22-51ed-94bf-d45de0aae981",
        "joint_works/meetings": "6c7513fc-408e-5f47-95ce-f9eef89e2792",
    },
    "collaboration:australasian-ebir-examination": {
        "parties/cirse": "7974e1b5-f50e-5d2c-a2ac-db503ae6af8a",
        "parties/ranzcr": "a646520a-fd4f-50c8-8c93-937bf3661fd9",
        "parties/irsa": "cdc8a1fa-0f52-5751-9ac7-ff2c99a851ab",
    },
    "series:european-congress-of-radiology": {
        "organisers/esr": "b5be2808-04ab-5d9d-939f-52dabc9b9089",
    },
    "series:australasian-ebir-examination": {
        "organisers/cirse": "1ef851d2-db33-5b10-a819-c67faa64cfbe",
        "organisers/ranzcr": "3940c8d1-7294-5057-aab6-871d1e88d6e0",
        "organisers/irsa": "fb7127da-b784-54a7-af8f-b2976d6c6e85",
    },
    "event:australasian-ebir-examination-2018": {
        "organisers/cirse": "a714a42e-a148-5a65-8665-aabc437b71fd",
        "organisers/irsa": "4b9e249f-cfbb-5634-ae5b-cb97b56d46ed",
    },
}
