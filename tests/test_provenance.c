/* SPDX-License-Identifier: Apache-2.0 */
/* Which identities are those of instruments that a program plays. */
#include "run/provenance.h"
#include "tests/claims.h"

static void the_word_sim_is_of_a_played_instrument(void)
{
	CU_ASSERT(provenance_is_played("SIM"));
	CU_ASSERT(provenance_is_played("SIM CH4 0001"));
	CU_ASSERT(provenance_is_played("A SIM 10v05.0"));
	CU_ASSERT(provenance_is_played("DAVY,SIM METER,0001,1.0"));
	CU_ASSERT(provenance_is_played("BM-SIM"));
	CU_ASSERT(provenance_is_played("SIMPSON SIM-260"));
}

static void letters_inside_a_word_are_of_a_real_one(void)
{
	CU_ASSERT_FALSE(provenance_is_played(""));
	CU_ASSERT_FALSE(provenance_is_played("SIMPSON 260"));
	CU_ASSERT_FALSE(provenance_is_played("MAXSIM 4"));
	CU_ASSERT_FALSE(provenance_is_played("SIM2"));
	CU_ASSERT_FALSE(provenance_is_played("Sim 4"));
	CU_ASSERT_FALSE(provenance_is_played("SIM\xc3\xa9on"));
	CU_ASSERT_FALSE(provenance_is_played("SI M"));
}

void suite_provenance(void)
{
	suite_begin("provenance");
	claim(the_word_sim_is_of_a_played_instrument);
	claim(letters_inside_a_word_are_of_a_real_one);
}
